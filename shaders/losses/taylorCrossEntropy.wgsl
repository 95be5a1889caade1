// sum of (1 - p)^i / i for i = 1 .. t; slope -p times the sum of (1 - p)^i for i < t
fn taylorCrossEntropy(l: f32, t: f32) -> vec2f {
  let u = -expm1(l);
  var sums = vec2f();
  for (var i = t; i > 0.5; i -= 1.0) {
    sums = sums * u + vec2f(1.0 / i, 1.0);
  }
  return vec2f(sums.x * u, -exp(l) * sums.y);
}
