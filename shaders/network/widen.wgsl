// A matrix with padding. `depth` 1: the numbers after it are its last column, as biases are. Grid: a lane per vec4 of the result.
const LANES = 64u;
@group(0) @binding(1) var<storage, read> narrow: array<f32>;
@group(0) @binding(2) var<storage, read_write> wide: array<vec4f>;

@compute @workgroup_size(LANES)
fn widen_main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = lane_of(group, grid, LANES, lane);
  let row = i / sizes.stride;
  if (row >= sizes.height) {
    return;
  }
  var four = vec4f();
  if (row < sizes.rows) {
    for (var e = 0u; e < 4u; e++) {
      let column = 4u * (i % sizes.stride) + e;
      if (column < sizes.units) {
        four[e] = narrow[sizes.offset + row * sizes.units + column];
      } else if (column == sizes.units && sizes.depth == 1u) {
        four[e] = narrow[sizes.offset + sizes.rows * sizes.units + row];
      }
    }
  }
  wide[i] = four;
}
