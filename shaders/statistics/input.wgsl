// Scores the signed residual, or the logit.

const SCORES_LOSS = false;

fn scored_of(x: vec4f, loss: vec4f) -> vec4f {
  return x;
}
