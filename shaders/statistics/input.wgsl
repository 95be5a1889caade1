// Scores the signed residual, or the logit.

// A loss of bounded slope does not overflow where the square of what is scored does not.
const CHECKS_LOSS = !BOUNDED;

fn scored_of(x: vec4f, loss: vec4f) -> vec4f {
  return x;
}
