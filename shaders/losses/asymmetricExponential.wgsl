// exp(-p / a)
fn asymmetricExponential(l: f32, a: f32) -> vec2f {
  let x = exp(l) / a;
  return exp(-min(x, 87.0)) * vec2f(1.0, -x);
}
