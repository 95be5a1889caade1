// A product in registers: a lane makes 16 x 16 numbers of the result, and reads its operands where they lie. For software adapters,
// where shared memory is memory like any other and a barrier is a loop over lanes.
const LANES = 4u;

// Columns of left(row, k) are rows of the operand, so that right * left has rows of the result as its columns.
@compute @workgroup_size(LANES)
fn product_main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = lane_of(group, grid, LANES, lane);
  let across = sizes.column_tiles;
  let split = i / (across * sizes.row_tiles);
  if (split >= sizes.splits) {
    return;
  }
  let row = 4u * (i / across % sizes.row_tiles);
  let column = 4u * (i % across);
  var s00 = mat4x4f(); var s01 = mat4x4f(); var s02 = mat4x4f(); var s03 = mat4x4f();
  var s10 = mat4x4f(); var s11 = mat4x4f(); var s12 = mat4x4f(); var s13 = mat4x4f();
  var s20 = mat4x4f(); var s21 = mat4x4f(); var s22 = mat4x4f(); var s23 = mat4x4f();
  var s30 = mat4x4f(); var s31 = mat4x4f(); var s32 = mat4x4f(); var s33 = mat4x4f();
  let end = min((split + 1u) * sizes.depth, sizes.inner);
  for (var k = split * sizes.depth; k < end; k++) {
    let r0 = right(k, column);
    let r1 = right(k, column + 1u);
    let r2 = right(k, column + 2u);
    let r3 = right(k, column + 3u);
    let l0 = left(row, k);
    s00 += r0 * l0; s01 += r1 * l0; s02 += r2 * l0; s03 += r3 * l0;
    let l1 = left(row + 1u, k);
    s10 += r0 * l1; s11 += r1 * l1; s12 += r2 * l1; s13 += r3 * l1;
    let l2 = left(row + 2u, k);
    s20 += r0 * l2; s21 += r1 * l2; s22 += r2 * l2; s23 += r3 * l2;
    let l3 = left(row + 3u, k);
    s30 += r0 * l3; s31 += r1 * l3; s32 += r2 * l3; s33 += r3 * l3;
  }
  // One text for all blocks: what follows a product is long.
  var sums = array<mat4x4f, 16>(s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33);
  for (var b = 0u; b < 16u; b++) {
    for (var r = 0u; r < 4u; r++) {
      finish(split, 4u * (row + b / 4u) + r, column + b % 4u, sums[b][r]);
    }
  }
}
