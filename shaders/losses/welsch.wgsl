// c²/2 (1 - exp(-(r/c)²)). The exponent is clamped: beyond 87 the float32 exponential is 0.
fn welsch(r: f32, c: f32) -> vec2f {
  let u = clamp(r / c, -10.0, 10.0);
  let v = u * u;
  return vec2f(-0.5 * c * c * expm1(-v), select(r * exp(-min(v, 87.0)), 0.0, v > 87.0));
}
