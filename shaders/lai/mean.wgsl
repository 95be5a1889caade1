// The mean over features of their losses. Derivatives with respect to slopes are many: they are written while they are at hand, or, where
// it has to be known first what is kept, computed again.
fn measure_quad(held: Held, row: u32, out: Out) -> Measured {
  var all = Measured();
  for (var j = 0u; j < FEATURES; j++) {
    let bits = slope_bits(row, j);
    let one = lai_of(held.r, slope_of(held, bits), lambda_of(j));
    all.lai.loss += one.loss;
    all.lai.by_residual += one.by_residual;
    all.odd |= full_exponent(bits);
    if (out.at_once) {
      emit(row, j, one.by_slope * SHARE, out);
    }
  }
  all.lai.loss *= SHARE;
  all.lai.by_residual *= SHARE;
  return all;
}

fn emit_slopes(held: Held, row: u32, measured: Measured, out: Out) {
  if (out.at_once) {
    return;
  }
  for (var j = 0u; j < FEATURES; j++) {
    let one = lai_of(held.r, slope_of(held, slope_bits(row, j)), lambda_of(j));
    emit(row, j, select(one.by_slope * SHARE, vec4f(), held.plain), out);
  }
}
