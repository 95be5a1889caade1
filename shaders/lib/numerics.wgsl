// Accurate float32 forms of functions that WGSL lacks, or allows to be coarse:
// log is only absolute 2^-21 near 1, tanh may be off by 1e-5, and there is no log1p or expm1.

const NAN_BITS = 0x7fc00000u;

// NaN and infinities by their bits: compilers may assume that floats are finite, so a float test can be folded away.
fn non_finite(bits: vec4u) -> vec4<bool> {
  return (bits & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

// ln(1 + x) for x >= -0.5. Near 0: 2 artanh(s), s = x / (2 + x); relative error below 2e-7.
fn log1p(x: f32) -> f32 {
  if (x > 1.0) {
    return log(1.0 + x);
  }
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0
    + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * (1.0 / 15.0 + q * (1.0 / 17.0)))))))));
}

// exp(x) - 1. Near 0 the Taylor series up to x^9; relative error below 2e-7.
fn expm1(x: f32) -> f32 {
  if (abs(x) > 0.5) {
    return exp(x) - 1.0;
  }
  return x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0
    * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0 * (1.0 + x / 9.0))))))));
}

fn tanh_accurate(x: f32) -> f32 {
  let a = min(abs(x), 9.5);
  if (a < 0.5) {
    let e = expm1(2.0 * x);
    return e / (e + 2.0);
  }
  return sign(x) * (1.0 - 2.0 / (exp(2.0 * a) + 1.0));
}

// 1 / (1 + exp(-x)), accurate in both tails
fn sigmoid(x: f32) -> f32 {
  let e = exp(-min(abs(x), 87.0));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}
