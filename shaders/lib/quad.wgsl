// Four elements at once: what the losses say of them, with care or the quick way.

struct Losses {
  loss: vec4f,
  slope: vec4f,
  scored: vec4f,  // the quantity that a z-mask scores
}

// x is what the loss is a function of: the residual or the logit.
fn losses_from(x: vec4f, a: vec2f, b: vec2f, c: vec2f, d: vec2f) -> Losses {
  let loss = vec4f(a.x, b.x, c.x, d.x);
  return Losses(loss, vec4f(a.y, b.y, c.y, d.y), scored_of(x, loss));
}

struct Labels {
  used: vec4<bool>,      // valid and not to be ignored
  valid: vec4<bool>,
  positive: vec4<bool>,  // 1
}

struct Quad {
  losses: Losses,
  weight: vec4f,
  usable: vec4<bool>,    // inside, labelled, finite
  broken: vec4<bool>,    // holds a NaN or an infinity
  invalid: u32,          // how many labels are neither 0 nor 1 nor ignored
  positive: vec4<bool>,
}

fn element_quad(start: u32, stride: u32, within: vec4<bool>) -> Quad {
  let first = read_first(start, stride);
  let second = read_second(start, stride);
  let labels = labels_of(second);
  let used = within & labels.used;
  let sane = used & !(non_finite(first) | non_finite(second));
  // Bits are replaced before they become floats: a NaN must never enter arithmetic.
  let losses = losses_of(select(vec4u(), first, sane), select(vec4u(), second, sane));
  // What overflows float32 counts as not finite.
  let usable = sane & !(non_finite(bitcast<vec4u>(losses.loss)) | non_finite(bitcast<vec4u>(losses.scored)));
  return Quad(losses, vec4f(1.0), usable, used & !usable, count_of(within & !labels.valid), labels.positive);
}

// The same without masks, for elements that are what they should be; `odd` has its highest bit set where one is not. What
// arithmetic made of a NaN is thrown away then.
struct QuickQuad {
  losses: Losses,
  weight: vec4u,
  odd: vec4u,
  labels: Labels,
}

fn quick_quad(start: u32, stride: u32) -> QuickQuad {
  let first = read_first(start, stride);
  let second = read_second(start, stride);
  let labels = labels_of(second);
  let weight = element_weights(start, stride, labels.positive);
  var odd = full_exponent(first) | full_exponent(second);
  if (HAS_LABELS) {
    odd = select(vec4u(), odd, labels.used) | select(vec4u(0x80000000u), vec4u(), labels.valid);
  }
  if (WEIGHTED) {
    odd |= full_exponent(weight);
  }
  return QuickQuad(losses_of(first, second), weight, odd, labels);
}

fn is_odd(odd: vec4u) -> bool {
  return ((odd.x | odd.y | odd.z | odd.w) & 0x80000000u) != 0u;
}
