// c²/2 v / (1 + v), v = (r/c)². For large residuals written with 1/v, so that nothing overflows.
fn gemanMcClure(r: f32, c: f32) -> vec2f {
  let u = r / c;
  if (abs(u) > 1.0) {
    let t = 1.0 / u;
    let d = 1.0 + t * t;
    return vec2f(0.5 * c * c / d, c * t * t * t / (d * d));
  }
  let d = 1.0 + u * u;
  return vec2f(0.5 * r * r / d, r / (d * d));
}
