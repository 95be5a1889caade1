// Four elements at once: what the losses say of them, with care or the quick way.

struct Losses {
  loss: vec4f,
  slope: vec4f,
  scored: vec4f,  // the quantity that a z-mask scores
  x: vec4f,       // what the loss is a function of: the residual or the logit
}

fn losses_from(x: vec4f, a: vec2f, b: vec2f, c: vec2f, d: vec2f) -> Losses {
  let loss = vec4f(a.x, b.x, c.x, d.x);
  return Losses(loss, vec4f(a.y, b.y, c.y, d.y), scored_of(x, loss), x);
}

struct Labels {
  used: vec4<bool>,      // valid and not to be ignored
  valid: vec4<bool>,
  positive: vec4<bool>,  // 1
}

struct Quad {
  losses: Losses,
  weight: vec4u,         // as bits
  used: vec4<bool>,      // labelled; with care also inside and finite
  broken: vec4<bool>,    // with care: holds a NaN or an infinity
  positive: vec4<bool>,  // label 1
  invalid: u32,          // with care: how many labels are neither 0 nor 1 nor ignored
  odd: u32,              // without care: the highest bit is set where something is not as it should be
}

// With care every element is judged. Without it there are no masks: where one turns out to be odd, all that arithmetic made of
// it is thrown away, and the quad is taken again.
fn element_quad(start: u32, stride: u32, within: vec4<bool>, care: bool) -> Quad {
  let first = read_first(start, stride);
  let second = read_second(start, stride);
  let labels = labels_of(second);
  if (!care) {
    let losses = losses_of(first, second);
    var odd = full_exponent(bitcast<vec4u>(losses.x));
    if (LABELLED) {
      odd = select(vec4u(), odd, labels.used) | select(vec4u(0x80000000u), vec4u(), labels.valid);
    }
    return Quad(losses, vec4u(), labels.used, vec4<bool>(), labels.positive, 0u, either(odd));
  }
  let labelled = within & labels.used;
  var sane = labelled & !(non_finite(first) | non_finite(second));
  if (RESIDUALS && !HAS_first) {
    sane = labelled & ((first & vec4u(0x7fffffffu)) <= vec4u(0x7f800000u));  // only broken ones are NaN
  }
  // Bits are replaced before they become floats: a NaN must never enter arithmetic.
  let losses = losses_of(select(vec4u(), first, sane), select(vec4u(), second, sane));
  // What overflows float32 counts as not finite.
  let used = sane & !(non_finite(bitcast<vec4u>(losses.loss)) | non_finite(bitcast<vec4u>(losses.scored)));
  return Quad(losses, vec4u(), used, labelled & !used, labels.positive, count_of(within & !labels.valid), 0u);
}

// The same with the weights of samples.
fn weighted(quad: Quad, weight: vec4u, care: bool) -> Quad {
  if (!WEIGHTED) {
    return quad;
  }
  let bad = non_finite(weight) & vec4<bool>(care);
  return Quad(quad.losses, select(weight, vec4u(), bad), quad.used & !bad, quad.broken | (quad.used & bad), quad.positive,
    quad.invalid, quad.odd | either(full_exponent(weight)));
}
