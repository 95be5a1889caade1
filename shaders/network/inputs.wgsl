// Inputs with padding, and 1 after the last feature. A sample that is not finite becomes zeros, and `broken` all bits of a NaN, which
// its prediction and slopes take on: the loss decides what to do with it. Grid: a lane per sample.
const LANES = 64u;
@group(0) @binding(1) var<storage, read> narrow: array<u32>;
@group(0) @binding(2) var<storage, read_write> wide: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> broken: array<u32>;

@compute @workgroup_size(LANES)
fn inputs_main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = lane_of(group, grid, LANES, lane);
  if (row >= sizes.height) {
    return;
  }
  let inside = row < sizes.rows;
  var finite = true;
  for (var j = 0u; inside && j < sizes.units; j++) {
    finite = finite && (narrow[row * sizes.units + j] & 0x7f800000u) != 0x7f800000u;
  }
  for (var i = 0u; i < sizes.stride; i++) {
    var four = vec4f();
    for (var e = 0u; e < 4u; e++) {
      let column = 4u * i + e;
      if (column == sizes.units) {
        four[e] = select(0.0, 1.0, inside);
      } else if (inside && finite && column < sizes.units) {
        four[e] = bitcast<f32>(narrow[row * sizes.units + column]);
      }
    }
    wide[row * sizes.stride + i] = four;
  }
  broken[row] = select(0x7fc00000u, 0u, finite);
}
