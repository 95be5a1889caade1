// Dispatches 3 and 4: the mean of the squared errors whose z-score is within the threshold.

fn reduce_sums(own: vec4f, lane: u32) -> vec4f {
  shared_values[lane] = own;
  for (var span = WORKGROUP_SIZE / 2u; span > 0u; span /= 2u) {
    workgroupBarrier();
    if (lane < span) {
      shared_values[lane] += shared_values[lane + span];
    }
  }
  return shared_values[0];  // complete in lane 0
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn sum_losses(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let mean = moments.x;
  let inverse = moments.y;
  let end = end_quad(id.x);
  let full = min(end, N / 4u);
  var loss = vec4f(0.0);
  var count = vec4f(0.0);
  var quad = first_quad(id.x) + lane;
  while (quad < full) {
    let stop = min(quad + RUN, full);
    var near = vec4f(0.0);
    for (; quad < stop; quad += WORKGROUP_SIZE) {
      let error = predictions[quad] - targets[quad];
      let value = error * error;
      let kept = abs((value - mean) * inverse) <= vec4f(THRESHOLD);
      near += select(vec4f(0.0), value, kept);
      count += select(vec4f(0.0), vec4f(1.0), kept);
    }
    loss += near;
  }
  if (quad == full && quad < end) {
    let error = predictions[quad] - targets[quad];
    let value = error * error;
    let kept = present(quad) & (abs((value - mean) * inverse) <= vec4f(THRESHOLD));
    loss += select(vec4f(0.0), value, kept);
    count += select(vec4f(0.0), vec4f(1.0), kept);
  }
  let sums = reduce_sums(vec4f(total(loss), total(count), 0.0, 0.0), lane);
  if (lane == 0u) {
    partial_sums[id.x] = sums;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn merge_sums(@builtin(local_invocation_index) lane: u32) {
  var own = vec4f(0.0);
  for (var i = lane; i < SLICES; i += WORKGROUP_SIZE) {
    own += partial_sums[i];
  }
  let sums = reduce_sums(own, lane);
  if (lane == 0u) {
    let share = select(1.0 / sums.y, 0.0, sums.y == 0.0);
    result = vec4f(sums.x * share, sums.y, 2.0 * share, 0.0);
  }
}
