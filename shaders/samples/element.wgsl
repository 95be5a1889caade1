// Every element is a sample.

fn sample_index(row: u32, column: u32) -> vec4u {
  return (row + vec4u(0u, 1u, 2u, 3u)) * settings.columns + column;
}

fn sample_quad(row: u32, column: u32) -> Quad {
  let index = sample_index(row, column);
  var quad = element_quad(index, row + vec4u(0u, 1u, 2u, 3u) < vec4u(settings.rows));
  let weights = weights_at(index);
  let broken = quad.usable & non_finite(weights);
  quad.broken |= broken;
  quad.usable &= !broken;
  quad.weight = bitcast<vec4f>(select(weights, vec4u(0u), non_finite(weights)));
  return quad;
}

const ELEMENTWISE = true;

fn keep_sample(row: u32, kept: vec4<bool>) {}
