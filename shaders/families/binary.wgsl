// Binary: phi(o, t) of logits o and labels t that are 0, 1 or the label to ignore. Labels are compared as bits.

const HAS_LABELS = true;

fn quick_quad(start: u32, stride: u32) -> QuickQuad {
  let logits = first_at(start, stride);
  let labels = second_at(start, stride);
  let positive = labels == vec4u(0x3f800000u);
  let labelled = (labels != vec4u(settings.ignore_bits)) & (positive | ((labels & vec4u(0x7fffffffu)) == vec4u(0u)));
  let o = bitcast<vec4f>(logits);
  let t = select(vec4f(0.0), vec4f(1.0), positive);
  let a = base_loss(o.x, t.x);
  let b = base_loss(o.y, t.y);
  let c = base_loss(o.z, t.z);
  let d = base_loss(o.w, t.w);
  let loss = vec4f(a.x, b.x, c.x, d.x);
  let odd = full_exponent(logits) | select(vec4u(0x80000000u), vec4u(0u), labelled);
  return QuickQuad(loss, vec4f(a.y, b.y, c.y, d.y), scored_of(o, loss), odd, positive);
}

fn element_quad(start: u32, stride: u32, inside: vec4<bool>) -> Quad {
  let logits = first_at(start, stride);
  let labels = second_at(start, stride);
  let ignored = labels == vec4u(settings.ignore_bits);
  let positive = labels == vec4u(0x3f800000u);
  let negative = (labels & vec4u(0x7fffffffu)) == vec4u(0u);
  let invalid = inside & !(ignored | positive | negative);
  let labelled = inside & !ignored & (positive | negative);
  let broken = labelled & non_finite(logits);
  let sane = labelled & !broken;
  // Bits are replaced before they become floats: a NaN must never enter arithmetic.
  let o = bitcast<vec4f>(select(vec4u(0u), logits, sane));
  let t = select(vec4f(0.0), vec4f(1.0), positive);
  return finish_quad(sane, broken, invalid, positive, o,
    base_loss(o.x, t.x), base_loss(o.y, t.y), base_loss(o.z, t.z), base_loss(o.w, t.w));
}
