// ((a + 1)^q - (a + p)^q) / q = b^q ((1 + u / b)^q - 1) / q, b = a + p
fn asymmetricGeneralizedCrossEntropy(l: f32, a: f32, q: f32) -> vec2f {
  let p = exp(l);
  if (a == 0.0) {
    return vec2f(-expm1(q * l) / q, -exp(q * l));
  }
  let b = a + p;
  var log_b = log1p(b - 1.0);
  if (b < 0.5) {
    log_b = log(b);
  }
  let power = exp(min(q * log_b, 89.0));
  let grown = q * log1p(-expm1(l) / b);
  // Far apart, the powers do not cancel, and one may vanish where their ratio overflows.
  let value = select(power * expm1(min(grown, 1.0)), exp(min(q * log1p(a), 89.0)) - power, grown > 1.0);
  return vec2f(value / q, -p * power / b);
}
