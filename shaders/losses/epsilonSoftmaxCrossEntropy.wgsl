// -log max(q, eps), q = (p + m [top]) / (1 + m)
fn epsilonSoftmaxCrossEntropy(l: f32, top: bool, m: f32, eps: f32) -> vec2f {
  let p = exp(l);
  if (top) {
    let v = -expm1(l) / (m + 1.0);
    var log_q = log1p(-min(v, 0.5));
    if (v > 0.5) {
      log_q = log((p + m) / (m + 1.0));
    }
    return -vec2f(log_q, p / (p + m));
  }
  let value = log1p(m) - l;
  let most = -log(eps);
  return vec2f(min(value, most), select(-1.0, 0.0, value > most));
}
