// ln(1 + exp(a))
fn activation_value(a: vec4f) -> vec4f {
  let e = exp(-abs(a));
  return max(a, vec4f()) + vec4f(log1p(e.x), log1p(e.y), log1p(e.z), log1p(e.w));
}
fn activation_slope(a: vec4f) -> vec4f {
  let e = exp(-abs(a));
  return select(e, vec4f(1.0), a >= vec4f()) / (1.0 + e);
}
fn activation_bend(value: vec4f) -> vec4f { return exp(-value); }
