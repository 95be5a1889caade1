// Regression: rho(r) of residuals r = prediction - target.

const HAS_LABELS = false;

fn labels_of(targets: vec4u) -> Labels {
  return Labels(vec4<bool>(true), vec4<bool>(true), vec4<bool>());
}

fn losses_of(predictions: vec4u, targets: vec4u) -> Losses {
  let r = bitcast<vec4f>(predictions) - bitcast<vec4f>(targets);
  return losses_from(r, base_loss(r.x), base_loss(r.y), base_loss(r.z), base_loss(r.w));
}
