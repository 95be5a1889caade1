// Barron's general robust loss: (b/alpha) ((v/b + 1)^(alpha/2) - 1), b = |alpha - 2|, v = (r/c)².
// Written with l = log1p(v/b) and expm1(t)/t, t = alpha l / 2, so that alpha = 0 is no special case.
// Infinite alpha arrives as +-3.4e38. Exponents up to 89 let a loss beyond float32 overflow instead of saturating.
fn barron(r: f32, alpha: f32, c: f32) -> vec2f {
  let u = r / c;
  let v = u * u;
  let b = abs(alpha - 2.0);
  if (b < 1e-6) {
    return vec2f(0.5 * v, u / c);
  }
  if (b > 1e37) {
    let h = clamp(sign(alpha) * 0.5 * v, -87.0, 89.0);
    return vec2f(sign(alpha) * expm1(h), select(u / c * exp(h), 0.0, h <= -87.0));
  }
  var l = log1p(v / b);
  if (abs(u) > 1e9) {
    l = 2.0 * log(abs(u)) - log(b);
  }
  let t = 0.5 * alpha * l;
  var ratio = 1.0 + 0.5 * t;
  if (abs(t) > 1e-4) {
    ratio = expm1(clamp(t, -87.0, 89.0)) / t;
  }
  // Half of the exponent twice: the power may vanish, and u / c overflow, where their product does neither.
  let h = exp(clamp((0.25 * alpha - 0.5) * l, -103.0, 44.5));
  return vec2f(0.5 * b * l * ratio, u * h * (h / c));
}
