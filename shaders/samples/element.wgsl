// Every element is a sample.

fn sample_start(row: u32, column: u32) -> u32 {
  return row * settings.columns + column;
}

fn sample_stride() -> u32 {
  return settings.columns;
}

fn sample_quad(row: u32, column: u32) -> Quad {
  let start = sample_start(row, column);
  var quad = element_quad(start, sample_stride(), row + vec4u(0u, 1u, 2u, 3u) < vec4u(settings.rows));
  let weights = weights_at(start, sample_stride());
  let broken = quad.usable & non_finite(weights);
  quad.broken |= broken;
  quad.usable &= !broken;
  quad.weight = bitcast<vec4f>(select(weights, vec4u(0u), non_finite(weights)));
  return quad;
}

const ELEMENTWISE = true;

fn keep_sample(row: u32, kept: vec4<bool>) {}
