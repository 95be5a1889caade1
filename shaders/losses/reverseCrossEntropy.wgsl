// -A (1 - p)
fn reverseCrossEntropy(l: f32, A: f32) -> vec2f {
  return A * vec2f(expm1(l), exp(l));
}
