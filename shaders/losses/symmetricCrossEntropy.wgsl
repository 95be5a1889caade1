// alpha (-log p) + beta (-A) (1 - p)
fn symmetricCrossEntropy(l: f32, alpha: f32, beta: f32, A: f32) -> vec2f {
  return vec2f(beta * A * expm1(l) - alpha * l, beta * A * exp(l) - alpha);
}
