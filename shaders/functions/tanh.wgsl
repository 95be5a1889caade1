// tanh, which WGSL allows to be off by 1e-5. Needs expm1.
fn tanh_accurate(x: f32) -> f32 {
  let a = min(abs(x), 9.5);
  if (a < 0.5) {
    let e = expm1(2.0 * x);
    return e / (e + 2.0);
  }
  return sign(x) * (1.0 - 2.0 / (exp(2.0 * a) + 1.0));
}
