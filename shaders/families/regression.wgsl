// Regression: rho(r) of residuals r = prediction - target.

const HAS_LABELS = false;

fn element_quad(index: vec4u, inside: vec4<bool>) -> Quad {
  let predictions = first_at(index);
  let targets = second_at(index);
  let broken = inside & (non_finite(predictions) | non_finite(targets));
  let sane = inside & !broken;
  // Bits are replaced before they become floats: a NaN must never enter arithmetic.
  let r = bitcast<vec4f>(select(vec4u(0u), predictions, sane)) - bitcast<vec4f>(select(vec4u(0u), targets, sane));
  let none = vec4<bool>(false);
  return finish_quad(sane, broken, none, none, r, base_loss(r.x), base_loss(r.y), base_loss(r.z), base_loss(r.w));
}
