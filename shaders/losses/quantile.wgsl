// Pinball loss of e = target - prediction = -r: tau e above, (tau - 1) e below.
fn quantile(r: f32, tau: f32) -> vec2f {
  let slope = select(select(0.0, 1.0 - tau, r > 0.0), -tau, r < 0.0);
  return vec2f(slope * r, slope);
}
