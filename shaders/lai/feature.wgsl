// One feature of several: the others are only looked at for what is not finite.
fn measure_quad(held: Held, row: u32, out: Out) -> Measured {
  var odd = vec4u();
  for (var j = 0u; j < FEATURES; j++) {
    odd |= full_exponent(slope_bits(row, j));
  }
  let feature = feature_index();
  return Measured(lai_of(held.r, slope_of(held, slope_bits(row, feature)), lambda_of(feature)), odd, vec4f(), vec4f());
}

fn emit_slopes(held: Held, row: u32, measured: Measured, out: Out) {
  for (var j = 0u; j < FEATURES; j++) {
    emit(row, j, select(vec4f(), measured.lai.by_slope, vec4<bool>(j == feature_index())), out);
  }
}
