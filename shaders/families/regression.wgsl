// Regression: rho(r) of residuals r = prediction - target.

const WEIGHTED = HAS_weights;
const LABELLED = false;  // every element counts

fn element_weights(start: u32, stride: u32, positive: vec4<bool>) -> vec4u {
  return read_weights(start, stride);
}

fn labels_of(targets: vec4u) -> Labels {
  return Labels(vec4<bool>(true), vec4<bool>(true), vec4<bool>());
}

fn losses_of(predictions: vec4u, targets: vec4u) -> Losses {
  let r = bitcast<vec4f>(predictions) - bitcast<vec4f>(targets);
  return losses_from(r, base_loss(r.x), base_loss(r.y), base_loss(r.z), base_loss(r.w));
}
