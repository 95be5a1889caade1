// Binary: phi(o, t) of logits o and labels t that are 0, 1 or the label to ignore. Labels are compared as bits.

const WEIGHTED = HAS_weights || HAS_classWeights;
const LABELLED = true;

fn element_weights(start: u32, stride: u32, positive: vec4<bool>) -> vec4u {
  let own = read_weights(start, stride);
  if (!HAS_classWeights) {
    return own;
  }
  let odd = non_finite(own);
  let factors = bitcast<vec4f>(read_classWeights(0u, 1u));
  let weights = bitcast<vec4f>(select(own, vec4u(), odd)) * select(vec4f(factors.x), vec4f(factors.y), positive);
  return select(bitcast<vec4u>(weights), own, odd);
}

fn labels_of(labels: vec4u) -> Labels {
  let ignored = labels == vec4u(settings.ignore_bits);
  let positive = labels == vec4u(0x3f800000u);
  let known = positive | ((labels & vec4u(0x7fffffffu)) == vec4u());
  return Labels(known & !ignored, known | ignored, positive);
}

fn losses_of(logits: vec4u, labels: vec4u) -> Losses {
  let o = bitcast<vec4f>(logits);
  let t = bitcast<vec4f>(labels);
  return losses_from(o, base_loss(o.x, t.x), base_loss(o.y, t.y), base_loss(o.z, t.z), base_loss(o.w, t.w));
}
