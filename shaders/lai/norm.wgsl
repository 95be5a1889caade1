// The Euclidean norm of all slopes, without an overflow in their squares: they are scaled by a power of two.
fn scale_of(largest: vec4f, sign: i32) -> vec4f {
  let e = clamp(vec4i((bitcast<vec4u>(largest) >> vec4u(23u)) & vec4u(255u)) - vec4i(127), vec4i(-126), vec4i(126));
  return bitcast<vec4f>(vec4u(vec4i(127) + sign * e) << vec4u(23u));
}

fn measure_quad(held: Held, row: u32, out: Out) -> Measured {
  var odd = vec4u();
  var largest = vec4f();
  for (var j = 0u; j < FEATURES; j++) {
    let bits = slope_bits(row, j);
    odd |= full_exponent(bits);
    largest = max(largest, abs(slope_of(held, bits)));
  }
  let scale = scale_of(largest, -1);
  var sum = vec4f();
  for (var j = 0u; j < FEATURES; j++) {
    let share = slope_of(held, slope_bits(row, j)) * scale;
    sum += share * share;
  }
  let root = sqrt(sum);
  return Measured(lai_of(held.r, min(root * scale_of(largest, 1), vec4f(3.4e38)), lambda_of(0u)), odd, scale, root);
}

fn emit_slopes(held: Held, row: u32, measured: Measured, out: Out) {
  let root = select(measured.root, vec4f(1.0), measured.root == vec4f());
  for (var j = 0u; j < FEATURES; j++) {
    emit(row, j, measured.lai.by_slope * (slope_of(held, slope_bits(row, j)) * measured.scale / root), out);
  }
}
