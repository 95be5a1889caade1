// posWeight t softplus(-o) + (1 - t) softplus(o), for a logit o and a label t that is 0 or 1.
fn binaryCrossEntropy(o: f32, t: f32, posWeight: f32) -> vec2f {
  if (t > 0.5) {
    return posWeight * vec2f(softplus(-o), -sigmoid(-o));
  }
  return vec2f(softplus(o), sigmoid(o));
}
