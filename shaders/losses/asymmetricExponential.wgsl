// exp(-p / a)
fn asymmetricExponential(l: f32, a: f32) -> vec2f {
  let x = min(exp(l) / a, 104.0);
  return exp(-x) * vec2f(1.0, -x);
}
