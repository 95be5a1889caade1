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

// Where the scale is another than the score pass expected, multiplies the gradient in place, reading and writing it once. Residuals in
// its place are scored again.
fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  if (!HAS_gradient || !MEAN || UNSCALED) {
    return;
  }
  let spot = spot_of(workgroup, lane);
  if (RESIDUALS) {
    _ = score_spot(spot, references_of(workgroup, spot, lane), conclusion, true);
    return;
  }
  let ratio = conclusion.scale / expected_scale();
  if (conclusion.scale == expected_scale() && !conclusion.spoiled) {
    return;
  }
  let stride = sample_stride();
  for (var row = spot.row; row < spot.end; row += spot.step) {
    let start = sample_start(row, spot.column);
    let scaled = bitcast<vec4u>(bitcast<vec4f>(read_gradient(start, stride)) * ratio);
    write_gradient(start, stride, below(row, settings.rows), or_nan(scaled, vec4<bool>(conclusion.spoiled)));
  }
}
