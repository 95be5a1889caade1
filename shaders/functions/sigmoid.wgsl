// 1 / (1 + exp(-x)), accurate in both tails
fn sigmoid(x: f32) -> f32 {
  let e = exp(-min(abs(x), 87.0));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}
