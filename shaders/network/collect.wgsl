// Adds up the parts of a layer's gradients, in order. `parts` is read number by number; the result has the weights, row by row, and then the
// biases, which are the last column of the parts. Grid: a lane per number of the result.
const LANES = 64u;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(LANES)
fn collect_main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = lane_of(group, grid, LANES, lane);
  let weights = sizes.rows * sizes.units;
  if (i >= weights + sizes.rows) {
    return;
  }
  let bias = i >= weights;
  let row = select(i / sizes.units, i - weights, bias);
  let column = select(i % sizes.units, sizes.units, bias);
  var sum = 0.0;
  for (var split = 0u; split < sizes.splits; split++) {
    sum += parts[(split * sizes.height + row) * 4u * sizes.stride + column];
  }
  gradients[sizes.offset + i] = sum;
}
