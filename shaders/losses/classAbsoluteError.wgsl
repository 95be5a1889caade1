// scale (1 - p)
fn classAbsoluteError(l: f32, scale: f32) -> vec2f {
  return -scale * vec2f(expm1(l), exp(l));
}

fn classAbsoluteError_difference(a: f32, l: f32, scale: f32) -> f32 {
  return -scale * exp(l) * expm1(a);
}
