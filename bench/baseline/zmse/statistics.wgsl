// Dispatches 1 and 2: mean and standard deviation of the squared errors.

// Sums of the deviations from a pivot and of their squares, over the four columns of many quads.
struct Shifted {
  first: vec4f,
  second: vec4f,
}

fn moments_of(n: f32, pivot: f32, sums: Shifted) -> vec4f {
  let first = total(sums.first);
  let shift = first / max(n, 1.0);
  return vec4f(n, pivot + shift, max(total(sums.second) - first * shift, 0.0), 0.0);
}

fn reduce_moments(own: vec4f, lane: u32) -> vec4f {
  shared_values[lane] = own;
  for (var span = WORKGROUP_SIZE / 2u; span > 0u; span /= 2u) {
    workgroupBarrier();
    if (lane < span) {
      shared_values[lane] = merge(shared_values[lane], shared_values[lane + span]);
    }
  }
  return shared_values[0];  // complete in lane 0
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn accumulate(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = first_quad(id.x);
  let end = end_quad(id.x);
  let full = min(end, N / 4u);
  let pivot_error = predictions[min(start, QUADS - 1u)].x - targets[min(start, QUADS - 1u)].x;
  let pivot = pivot_error * pivot_error;
  var sums = Shifted(vec4f(0.0), vec4f(0.0));
  var n = 0.0;
  var quad = start + lane;
  while (quad < full) {
    let stop = min(quad + RUN, full);
    var near = Shifted(vec4f(0.0), vec4f(0.0));
    for (; quad < stop; quad += WORKGROUP_SIZE) {
      let error = predictions[quad] - targets[quad];
      let deviation = error * error - pivot;
      near.first += deviation;
      near.second += deviation * deviation;
      n += 4.0;
    }
    sums.first += near.first;
    sums.second += near.second;
  }
  if (quad == full && quad < end) {
    let error = predictions[quad] - targets[quad];
    let deviation = select(vec4f(0.0), error * error - pivot, present(quad));
    sums.first += deviation;
    sums.second += deviation * deviation;
    n += total(select(vec4f(0.0), vec4f(1.0), present(quad)));
  }
  let merged = reduce_moments(moments_of(n, pivot, sums), lane);
  if (lane == 0u) {
    partial_moments[id.x] = merged;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn merge_moments(@builtin(local_invocation_index) lane: u32) {
  var own = vec4f(0.0);
  for (var i = lane; i < SLICES; i += WORKGROUP_SIZE) {
    own = merge(own, partial_moments[i]);
  }
  let merged = reduce_moments(own, lane);
  if (lane == 0u) {
    let deviation = sqrt(merged.z / max(merged.x - 1.0, 1.0));
    moments = vec4f(merged.y, select(0.0, 1.0 / deviation, deviation > 1e-6 * abs(merged.y)), 0.0, 0.0);
  }
}
