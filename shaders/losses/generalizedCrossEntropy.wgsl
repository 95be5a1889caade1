// (1 - p^q) / q, written with expm1(x) / x so that q = 0 is no special case.
fn generalizedCrossEntropy(l: f32, q: f32) -> vec2f {
  return vec2f(-l * expm1_ratio(q * l), -exp(q * l));
}

fn generalizedCrossEntropy_difference(a: f32, l: f32, q: f32) -> f32 {
  return -a * exp(q * l) * expm1_ratio(q * a);
}

fn expm1_ratio(x: f32) -> f32 {
  if (abs(x) < 1e-4) {
    return 1.0 + 0.5 * x;
  }
  return expm1(x) / x;
}
