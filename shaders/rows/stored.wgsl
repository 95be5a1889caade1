// Samples that a first look has left in storage: rows, averaged or measured.

@group(0) @binding(25) var<storage, read_write> samples: array<Sample>;

const BROKEN = 1u;
const KEPT = 2u;
const INVALID = 4u;  // times the number of invalid labels

fn sample_start(row: u32, column: u32) -> u32 {
  return row;
}

fn sample_stride() -> u32 {
  return 1u;
}

fn slice_end(workgroup: u32) -> u32 {
  return min((workgroup + 1u) * settings.slice_rows, settings.rows);
}

fn sample_quad(row: u32, start: u32, care: bool) -> Quad {
  var quad = Quad();
  for (var k = 0u; k < 4u && row + k < settings.rows; k++) {
    let sample = samples[row + k];
    let broken = (sample.state & BROKEN) != 0u;
    quad.losses.loss[k] = sample.loss;
    quad.losses.scored[k] = sample.scored;
    quad.broken[k] = sample.members > 0u && broken;
    quad.used[k] = sample.members > 0u && !broken;
    quad.invalid += sample.state / INVALID;
  }
  return weighted(quad, sample_weights(row), true);
}

fn keep_samples(row: u32, keep: vec4u) {
  for (var k = 0u; k < 4u && row + k < settings.rows; k++) {
    let state = samples[row + k].state & ~KEPT;
    samples[row + k].state = state | (keep[k] & KEPT);
  }
}
