// Every element is a sample.

const ELEMENTWISE = true;

fn sample_start(row: u32, column: u32) -> u32 {
  return row * settings.columns + column;
}

fn sample_stride() -> u32 {
  return settings.columns;
}

fn sample_quad(row: u32, start: u32, care: bool) -> Quad {
  let quad = element_quad(start, sample_stride(), below(row, settings.rows), care);
  return weighted(quad, element_weights(start, sample_stride(), quad.positive), care);
}

fn prepare_samples(workgroup: u32, lane: u32) {}

fn keep_samples(row: u32, keep: vec4u) {}

// The score pass has written the gradient without its scale: multiplies it in place, reading and writing it once.
fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  if (!HAS_gradient || !MEAN || UNSCALED) {
    return;
  }
  let spot = spot_of(workgroup, lane);
  let stride = sample_stride();
  let advance = spot.step * stride;
  let end = sample_start(spot.end, spot.column);
  let last = sample_start(settings.rows, spot.column);
  let steps = vec4u(0u, 1u, 2u, 3u) * stride;
  let spoil = select(0u, NAN_BITS, conclusion.spoiled);
  for (var at = sample_start(spot.row, spot.column); at < end; at += advance) {
    let scaled = bitcast<vec4f>(read_gradient(at, stride)) * conclusion.scale;
    write_gradient(at, stride, at + steps < vec4u(last), bitcast<vec4u>(scaled) | vec4u(spoil));
  }
}
