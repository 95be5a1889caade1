// r²/2 up to |r| = delta, then delta (|r| - delta/2). Written with the clamped residual it has no branch.
fn huber(r: f32, delta: f32) -> vec2f {
  let clamped = clamp(r, -delta, delta);
  return vec2f(clamped * (r - 0.5 * clamped), clamped);
}
