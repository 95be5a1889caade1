// The hand-written z-masked squared error that the library is measured against: five dispatches, 28 bytes per element,
// four elements per lane and load. Every workgroup owns one contiguous slice; its lanes take turns, so that loads coalesce.
// Constants of the host: WORKGROUP_SIZE, SLICES (workgroups of the passes over the data), THRESHOLD, N (elements).

@group(0) @binding(0) var<storage, read> predictions: array<vec4f>;
@group(0) @binding(1) var<storage, read> targets: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> partial_moments: array<vec4f, SLICES>;  // n, mean, m2
@group(0) @binding(3) var<storage, read_write> moments: vec4f;                         // mean, 1 / sd
@group(0) @binding(4) var<storage, read_write> partial_sums: array<vec4f, SLICES>;     // loss, count
@group(0) @binding(5) var<storage, read_write> result: vec4f;                          // loss, count, 2 / count
@group(0) @binding(6) var<storage, read_write> gradient: array<vec4f>;

const QUADS = (N + 3u) / 4u;
const SLICE = (QUADS + SLICES - 1u) / SLICES;
// A float32 sum of a long chain loses digits: sums go up a level after this many terms.
const RUN = 64u * WORKGROUP_SIZE;

var<workgroup> shared_values: array<vec4f, WORKGROUP_SIZE>;

fn first_quad(workgroup: u32) -> u32 {
  return workgroup * SLICE;
}

fn end_quad(workgroup: u32) -> u32 {
  return min((workgroup + 1u) * SLICE, QUADS);
}

// Which elements of a quad exist; only the last quad is ever incomplete.
fn present(quad: u32) -> vec4<bool> {
  return vec4u(4u * quad) + vec4u(0u, 1u, 2u, 3u) < vec4u(N);
}

fn total(v: vec4f) -> f32 {
  return dot(v, vec4f(1.0));
}

// Chan's pairwise merge of (n, mean, m2).
fn merge(a: vec4f, b: vec4f) -> vec4f {
  let n = a.x + b.x;
  if (n == 0.0) {
    return a;
  }
  let delta = b.y - a.y;
  let share = b.x / n;
  return vec4f(n, a.y + delta * share, a.z + b.z + delta * delta * a.x * share, 0.0);
}
