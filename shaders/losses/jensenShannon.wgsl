// [pi KL(e || m) + w KL(p || m)] / Z, m = pi e + w p, w = 1 - pi, Z = -w ln w: a function of p alone
fn jensenShannon(l: f32, pi: f32) -> vec2f {
  let p = exp(l);
  let u = -expm1(l);
  let w = 1.0 - pi;
  let log_w = select(log1p(-min(pi, 0.5)), log(w), pi > 0.5);
  var log_m = log1p(-min(w * u, 0.5));
  if (w * u > 0.5) {
    log_m = log(pi + w * p);
  }
  // log(m / p): where pi is small they are nearly equal.
  var log_ratio = log_m - l;
  if (p > 1e-30) {
    log_ratio = log1p(pi * u / p);
  }
  return vec2f(w * u * log_w + pi * log_m + w * p * log_ratio, w * p * (log_ratio - log_w)) / (w * log_w);
}
