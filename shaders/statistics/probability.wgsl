// Scores the probability of a logit.

const CHECKS_LOSS = true;

fn scored_of(x: vec4f, loss: vec4f) -> vec4f {
  return vec4f(sigmoid(x.x), sigmoid(x.y), sigmoid(x.z), sigmoid(x.w));
}
