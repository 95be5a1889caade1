// Scores the per-sample loss.

// What overflows would do so when it is squared, too.
const CHECKS_LOSS = false;

fn scored_of(x: vec4f, loss: vec4f) -> vec4f {
  return loss;
}
