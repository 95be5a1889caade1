// Regression: rho(r) of residuals r = prediction - target.

const HAS_LABELS = false;

fn quick_quad(start: u32, stride: u32) -> QuickQuad {
  let predictions = first_at(start, stride);
  let targets = second_at(start, stride);
  let r = bitcast<vec4f>(predictions) - bitcast<vec4f>(targets);
  let a = base_loss(r.x);
  let b = base_loss(r.y);
  let c = base_loss(r.z);
  let d = base_loss(r.w);
  let loss = vec4f(a.x, b.x, c.x, d.x);
  let odd = full_exponent(predictions) | full_exponent(targets);
  return QuickQuad(loss, vec4f(a.y, b.y, c.y, d.y), scored_of(r, loss), odd, vec4<bool>(false));
}

fn element_quad(start: u32, stride: u32, inside: vec4<bool>) -> Quad {
  let predictions = first_at(start, stride);
  let targets = second_at(start, stride);
  let broken = inside & (non_finite(predictions) | non_finite(targets));
  let sane = inside & !broken;
  // Bits are replaced before they become floats: a NaN must never enter arithmetic.
  let r = bitcast<vec4f>(select(vec4u(0u), predictions, sane)) - bitcast<vec4f>(select(vec4u(0u), targets, sane));
  let none = vec4<bool>(false);
  return finish_quad(sane, broken, none, none, r, base_loss(r.x), base_loss(r.y), base_loss(r.z), base_loss(r.w));
}
