// A sample whose numbers overflow float32 counts as not finite, whatever the next activation makes of them. They go on as zeros, so that
// a loss that leaves the sample out does not meet them again in a gradient.
fn tamed(row: u32, numbers: vec4f) -> vec4f {
  let bad = non_finite(bitcast<vec4u>(numbers));
  if (row < sizes.rows && any(bad)) {
    atomicOr(&broken[row], NAN_BITS);
  }
  return bitcast<vec4f>(select(bitcast<vec4u>(numbers), vec4u(), bad));
}
