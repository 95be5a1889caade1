// exp(x) - 1 of four numbers at once, of which none is above 0.5: no exponential, but a fraction near 0, and three times
// exp(2 t) - 1 = y (y + 2) for y = exp(t) - 1. Relative error below 3.5e-7.
fn expm1_quad(x: vec4f) -> vec4f {
  let t = 0.125 * select(x, vec4f(-17.0), x < vec4f(-17.0));
  let s = t * t;
  var y = (t + t) / (2.0 - t + s * (0.16664848 + s * (-0.002749949 + s * 5.4233163e-5)));
  y *= y + 2.0;
  y *= y + 2.0;
  return y * (y + 2.0);
}
