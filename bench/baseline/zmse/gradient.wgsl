// Dispatch 5: the gradient of the masked mean. No barrier here.

@compute @workgroup_size(WORKGROUP_SIZE)
fn differentiate(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let mean = moments.x;
  let inverse = moments.y;
  let factor = result.z;
  let end = end_quad(id.x);
  for (var quad = first_quad(id.x) + lane; quad < end; quad += WORKGROUP_SIZE) {
    let error = predictions[quad] - targets[quad];
    let kept = abs((error * error - mean) * inverse) <= vec4f(THRESHOLD);
    gradient[quad] = select(vec4f(0.0), error * factor, kept);
  }
}
