// c² ln cosh(r / c). Near 0 the closed form cancels, so a series takes over.
fn logCosh(r: f32, c: f32) -> vec2f {
  let x = abs(r) / c;
  let y = x * x;
  let near = y * (0.5 + y * (-1.0 / 12.0 + y * (1.0 / 45.0 + y * (-17.0 / 2520.0 + y * (31.0 / 14175.0)))));
  let far = x + log1p(exp(-2.0 * min(x, 40.0))) - 0.6931471805599453;
  return vec2f(c * c * select(far, near, x < 0.4), c * tanh_accurate(r / c));
}
