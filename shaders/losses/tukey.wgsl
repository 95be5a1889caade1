// Tukey's biweight: c²/6 (1 - (1 - v)³) with v = (r/c)² up to |r| = c, constant beyond.
fn tukey(r: f32, c: f32) -> vec2f {
  let u = clamp(r / c, -1.0, 1.0);
  let v = u * u;
  let rest = 1.0 - v;
  return vec2f(c * c / 6.0 * v * (3.0 + v * (v - 3.0)), select(r * rest * rest, 0.0, v >= 1.0));
}
