// r²
fn squaredError(r: f32) -> vec2f {
  return vec2f(r * r, 2.0 * r);
}
