// (1 - p)^gamma (-log p); the weight is a constant of the gradient where it is detached
fn focal(l: f32, gamma: f32, detach: f32) -> vec2f {
  let p = exp(l);
  let u = -expm1(l);
  var weight = 1.0;
  var ratio = 1.0;  // -log p / (1 - p)
  if (u > 0.0) {
    ratio = -l / u;
    var log_u = log1p(-min(p, 0.5));
    if (p > 0.5) {
      log_u = log(u);
    }
    weight = exp(max(gamma * log_u, -104.0));
  } else if (gamma > 0.0) {
    weight = 0.0;
  }
  return weight * vec2f(-l, -1.0 - select(gamma * p * ratio, 0.0, detach > 0.5));
}
