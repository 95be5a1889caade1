// tanh: by exp(-2 |a|), so that nothing cancels.
fn activation_value(a: vec4f) -> vec4f {
  let t = -expm1_quad(-2.0 * abs(a));
  return sign(a) * t / (2.0 - t);
}
fn activation_slope(a: vec4f) -> vec4f {
  let e = exp(-2.0 * abs(a));
  return 4.0 * e / ((1.0 + e) * (1.0 + e));
}
fn activation_bend(value: vec4f) -> vec4f { return -2.0 * value; }
