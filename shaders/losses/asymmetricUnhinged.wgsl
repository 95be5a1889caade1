// ((a - p)^q - (a - 1)^q) / q, a - p = (a - 1) + u
fn asymmetricUnhinged(l: f32, a: f32, q: f32) -> vec2f {
  let b = a - 1.0;
  let s = b - expm1(l);
  var log_s = log1p(s - 1.0);
  if (s < 0.5) {
    log_s = log(s);
  }
  let power = exp(min(q * log(b), 89.0));
  let grown = q * log1p(-expm1(l) / b);
  // Far apart, the powers do not cancel, and one may vanish where their ratio overflows.
  let value = select(power * expm1(min(grown, 1.0)), exp(min(q * log_s, 89.0)) - power, grown > 1.0);
  return vec2f(value / q, -exp(min(l + (q - 1.0) * log_s, 89.0)));
}
