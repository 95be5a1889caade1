// c²/2 ln(1 + (r/c)²). Beyond 1e6 scales the square is replaced by 2 ln|r/c|, so that nothing overflows.
fn cauchy(r: f32, c: f32) -> vec2f {
  let u = r / c;
  if (abs(u) > 1e6) {
    return vec2f(c * c * log(abs(u)), c / u);
  }
  let v = u * u;
  return vec2f(0.5 * c * c * log1p(v), r / (1.0 + v));
}
