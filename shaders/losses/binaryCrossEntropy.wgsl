// posWeight t softplus(-o) + (1 - t) softplus(o), for a logit o and a label t that is 0 or 1.
// Mirrored for t = 1, so that softplus, the sigmoid and their exponential are computed once.
fn binaryCrossEntropy(o: f32, t: f32, posWeight: f32) -> vec2f {
  let positive = t > 0.5;
  let x = select(o, -o, positive);
  let e = exp(-min(abs(x), 104.0));
  let pair = vec2f(max(x, 0.0) + log1p(e), select(e, 1.0, x >= 0.0) / (1.0 + e));
  return select(pair, posWeight * vec2f(pair.x, -pair.y), positive);
}
