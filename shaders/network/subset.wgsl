// A random subset of the samples: 1 for those that it holds. The numbers are src/lai/training.ts's: pcg3d of Jarzynski and Olano 2020.
// rows: samples; units: the share, in 2^-24; offset: the seed; height: the step. Grid: a lane per sample.
const LANES = 64u;
@group(0) @binding(1) var<storage, read_write> subset: array<f32>;

fn random_bits(a: u32, b: u32, c: u32) -> u32 {
  var v = vec3u(a, b, c) * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z;
  return v.x;
}

@compute @workgroup_size(LANES)
fn subset_main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = lane_of(group, grid, LANES, lane);
  if (i < sizes.rows) {
    subset[i] = select(0.0, 1.0, random_bits(sizes.offset, sizes.height, i) >> 8u < sizes.units);
  }
}
