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
  let power = exp(q * log_b);
  return vec2f(power * expm1(q * log1p(-expm1(l) / b)) / q, -p * power / b);
}
