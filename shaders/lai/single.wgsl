// One feature.
fn measure_quad(held: Held, row: u32, out: Out) -> Measured {
  let bits = slope_bits(row, 0u);
  return Measured(lai_of(held.r, slope_of(held, bits), lambda_of(0u)), full_exponent(bits), vec4f(), vec4f());
}

fn emit_slopes(held: Held, row: u32, measured: Measured, out: Out) {
  emit(row, 0u, measured.lai.by_slope, out);
}
