// c² ln cosh(r / c). Near 0 the closed form cancels, so a series takes over; far away it is c |r|, whatever r / c may be.
fn logCosh(r: f32, c: f32) -> vec2f {
  let x = min(abs(r) / c, 40.0);
  let y = x * x;
  let near = y * (0.5 + y * (-1.0 / 12.0 + y * (1.0 / 45.0 + y * (-17.0 / 2520.0 + y * (31.0 / 14175.0)))));
  let far = abs(r) + c * (log1p(exp(-2.0 * x)) - 0.6931471805599453);
  return vec2f(c * select(far, c * near, x < 0.4), c * tanh_accurate(r / c));
}
