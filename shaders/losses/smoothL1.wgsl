// Huber's loss divided by its width, so that the slope tends to the sign of r.
fn smoothL1(r: f32, beta: f32) -> vec2f {
  let clamped = clamp(r, -beta, beta);
  return vec2f(clamped * (r - 0.5 * clamped) / beta, clamped / beta);
}
