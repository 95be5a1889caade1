// Four samples (or four elements of samples) at once.

struct Quad {
  loss: vec4f,
  slope: vec4f,
  scored: vec4f,           // the quantity that a z-mask scores
  weight: vec4f,
  usable: vec4<bool>,      // inside, labelled, finite
  broken: vec4<bool>,      // holds a NaN or an infinity
  invalid: vec4u,          // how many of its labels are neither 0 nor 1 nor ignored
  positive: vec4<bool>,    // its label is 1
}

// x is what the loss is a function of: the residual or the logit. A loss that overflows float32 counts as not finite.
fn finish_quad(sane: vec4<bool>, broken: vec4<bool>, invalid: vec4<bool>, positive: vec4<bool>, x: vec4f,
               a: vec2f, b: vec2f, c: vec2f, d: vec2f) -> Quad {
  let loss = vec4f(a.x, b.x, c.x, d.x);
  let overflow = sane & non_finite(bitcast<vec4u>(loss));
  let usable = sane & !overflow;
  return Quad(loss, vec4f(a.y, b.y, c.y, d.y), scored_of(x, loss), vec4f(1.0), usable, broken | overflow,
    select(vec4u(0u), vec4u(1u), invalid), positive);
}

fn count(lanes: vec4<bool>) -> u32 {
  return dot(select(vec4u(0u), vec4u(1u), lanes), vec4u(1u));
}
