// A sample is a row of `width` elements, averaged by the rows kernel into `samples`: loss, scored value, members, state.

const BROKEN = 1u;
const KEPT = 2u;
const INVALID = 4u;  // times the number of invalid labels

@group(0) @binding(7) var<storage, read_write> samples: array<vec4u>;

fn sample_start(row: u32, column: u32) -> u32 {
  return row;
}

fn sample_stride() -> u32 {
  return 1u;
}

fn sample_quad(row: u32, column: u32) -> Quad {
  let index = row + vec4u(0u, 1u, 2u, 3u);
  let inside = index < vec4u(settings.rows);
  let a = samples[index.x];
  let b = samples[index.y];
  let c = samples[index.z];
  let d = samples[index.w];
  let weights = weights_at(row, 1u);
  let members = inside & (vec4u(a.z, b.z, c.z, d.z) > vec4u(0u));
  let broken = members & (((vec4u(a.w, b.w, c.w, d.w) & vec4u(BROKEN)) != vec4u(0u)) | non_finite(weights));
  let state = select(vec4u(0u), vec4u(a.w, b.w, c.w, d.w), inside);
  return Quad(
    bitcast<vec4f>(vec4u(a.x, b.x, c.x, d.x)), vec4f(0.0), bitcast<vec4f>(vec4u(a.y, b.y, c.y, d.y)),
    bitcast<vec4f>(select(weights, vec4u(0u), non_finite(weights))), members & !broken, broken, state / INVALID, vec4<bool>(false));
}

const ELEMENTWISE = false;

fn keep_sample(row: u32, kept: vec4<bool>) {
  for (var k = 0u; k < 4u; k++) {
    if (row + k < settings.rows) {
      let state = samples[row + k].w & ~KEPT;
      samples[row + k].w = select(state, state | KEPT, kept[k]);
    }
  }
}
