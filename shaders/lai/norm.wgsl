// The Euclidean norm of all slopes, without an overflow in their squares.
fn measure_quad(held: Held, row: u32, out: Out) -> Measured {
  var odd = vec4u();
  var largest = vec4f();
  for (var j = 0u; j < FEATURES; j++) {
    let bits = slope_bits(row, j);
    odd |= full_exponent(bits);
    largest = max(largest, abs(slope_of(held, bits)));
  }
  let scale = max(largest, vec4f(1.2e-38));
  var sum = vec4f();
  for (var j = 0u; j < FEATURES; j++) {
    let share = slope_of(held, slope_bits(row, j)) / scale;
    sum += share * share;
  }
  let norm = scale * sqrt(sum);
  return Measured(lai_of(held.r, norm, lambda_of(0u)), odd, norm);
}

fn emit_slopes(held: Held, row: u32, measured: Measured, out: Out) {
  let norm = select(measured.norm, vec4f(1.0), measured.norm == vec4f());
  for (var j = 0u; j < FEATURES; j++) {
    emit(row, j, measured.lai.by_slope * (slope_of(held, slope_bits(row, j)) / norm), out);
  }
}
