// -log p. The difference of two is that of the scores: no rounding at all.
fn crossEntropy(l: f32) -> vec2f {
  return vec2f(-l, -1.0);
}

fn crossEntropy_difference(a: f32, l: f32) -> f32 {
  return -a;
}
