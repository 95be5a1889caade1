// ((a - p)^q - (a - 1)^q) / q, a - p = (a - 1) + u
fn asymmetricUnhinged(l: f32, a: f32, q: f32) -> vec2f {
  let b = a - 1.0;
  let log_ratio = log1p(-expm1(l) / b);
  let power = exp(q * log(b));
  return vec2f(power * expm1(q * log_ratio) / q, -exp(l + (q - 1.0) * (log(b) + log_ratio)));
}
