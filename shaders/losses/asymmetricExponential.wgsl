// exp(-p / a), but never 0: what is normalized divides by the sum over classes.
fn asymmetricExponential(l: f32, a: f32) -> vec2f {
  let x = exp(l) / a;
  return exp(-min(x, 87.0)) * vec2f(1.0, -x);
}
