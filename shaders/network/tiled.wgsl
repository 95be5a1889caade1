// A product in shared memory: a workgroup makes 64 x 64 numbers of the result, every lane 8 x 8 of them. Each step brings 16 numbers
// of the inner dimension, a block of either operand by every lane.
const LANES = 64u;
const SIDE = 16u;    // blocks of a tile
const STEP = 4u;     // blocks of the inner dimension at a time

var<workgroup> left_tile: array<mat4x4f, SIDE * STEP>;
var<workgroup> right_tile: array<mat4x4f, SIDE * STEP>;

// Columns of left(row, k) are rows of the operand, so that right * left has rows of the result as its columns.
@compute @workgroup_size(LANES)
fn product_main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = lane_of(group, grid, 1u, 0u);
  let across = sizes.column_tiles;
  let split = i / (across * sizes.row_tiles);
  if (split >= sizes.splits) {
    return;
  }
  let row = SIDE * (i / across % sizes.row_tiles);
  let column = SIDE * (i % across);
  let brought = lane / STEP;
  let own_row = lane / 8u * 2u;
  let own_column = lane % 8u * 2u;
  var s00 = mat4x4f(); var s01 = mat4x4f();
  var s10 = mat4x4f(); var s11 = mat4x4f();
  let end = min((split + 1u) * sizes.depth, sizes.inner);
  for (var k = split * sizes.depth; k < end; k += STEP) {
    left_tile[lane] = left(row + brought, k + lane % STEP);
    right_tile[lane] = right(k + lane % STEP, column + brought);
    workgroupBarrier();
    for (var j = 0u; j < STEP; j++) {
      let l0 = left_tile[own_row * STEP + j];
      let l1 = left_tile[own_row * STEP + STEP + j];
      let r0 = right_tile[own_column * STEP + j];
      let r1 = right_tile[own_column * STEP + STEP + j];
      s00 += r0 * l0; s01 += r1 * l0;
      s10 += r0 * l1; s11 += r1 * l1;
    }
    workgroupBarrier();
  }
  var sums = array<mat4x4f, 4>(s00, s01, s10, s11);
  for (var b = 0u; b < 4u; b++) {
    for (var r = 0u; r < 4u; r++) {
      finish(split, 4u * (row + own_row + b / 2u) + r, column + own_column + b % 2u, sums[b][r]);
    }
  }
}
