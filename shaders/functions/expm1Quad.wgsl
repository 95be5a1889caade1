// exp(x) - 1 of four numbers at once, of which none is above 0.5. A series near 0; relative error below 3e-7.
fn expm1_quad(x: vec4f) -> vec4f {
  let y = select(x, vec4f(-0.5), x < vec4f(-0.5));
  let series = y + y * y * (0.5 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0 + y * (1.0 / 720.0 + y * (1.0 / 5040.0))))));
  return select(series, exp(x) - 1.0, x < vec4f(-0.5));
}
