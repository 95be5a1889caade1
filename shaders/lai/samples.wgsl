// A sample is an element with slopes, FEATURES of them: its loss, and the derivatives with respect to its slopes.

const ELEMENTWISE = true;

fn sample_start(row: u32, column: u32) -> u32 {
  return row;
}

fn sample_stride() -> u32 {
  return 1u;
}

fn slope_bits(row: u32, feature: u32) -> vec4u {
  return read_slopes(row * FEATURES + feature, FEATURES);
}

// What four samples hold.
struct Held {
  r: vec4f,
  used: vec4<bool>,   // with care: inside and finite
  plain: vec4<bool>,  // whatever the slopes, the factor is 1
  odd: vec4u,
}

// What becomes of derivatives with respect to slopes.
struct Out {
  at_once: bool,      // nothing but `factor` stands between them and the result
  factor: vec4f,
  within: vec4<bool>,
  keep: vec4u,
  spoiled: vec4<bool>,
}

struct Measured {
  lai: Lai,
  odd: vec4u,
  scale: vec4f,       // where the norm of all slopes counts: it is root / scale
  root: vec4f,
}

fn hold(row: u32, care: bool) -> Held {
  let first = read_first(row, 1u);
  let second = read_second(row, 1u);
  let plain = (read_applyMask(row, 1u) & vec4u(0x7fffffffu)) == vec4u();
  if (!care) {
    let r = bitcast<vec4f>(first) - bitcast<vec4f>(second);
    let odd = full_exponent(first) | full_exponent(second) | full_exponent(bitcast<vec4u>(r));
    return Held(r, vec4<bool>(true), plain, odd);
  }
  var used = below(row, settings.rows) & !(non_finite(first) | non_finite(second));
  for (var j = 0u; j < FEATURES; j++) {
    used &= !non_finite(slope_bits(row, j));
  }
  // Bits are replaced before they become floats: a NaN must never enter arithmetic.
  let r = bitcast<vec4f>(select(vec4u(), first, used)) - bitcast<vec4f>(select(vec4u(), second, used));
  return Held(r, used, plain, vec4u());
}

fn slope_of(held: Held, bits: vec4u) -> vec4f {
  return bitcast<vec4f>(select(vec4u(), bits, held.used));
}

fn emit(row: u32, feature: u32, by_slope: vec4f, out: Out) {
  let bits = bitcast<vec4u>(out.factor * by_slope) & out.keep;
  write_slopeGradient(row * FEATURES + feature, FEATURES, out.within, or_nan(bits, out.spoiled));
}

// All but the derivatives with respect to slopes, of which there may be several; under `at_once` these too, where they are not plain.
fn measure(held: Held, row: u32, out: Out) -> Measured {
  var own = out;
  if (HAS_applyMask) {
    own.keep &= ~bits_of(held.plain);
  }
  var measured = measure_quad(held, row, own);
  if (HAS_applyMask) {
    let r = held.r;
    let a = base_loss(r.x);
    let b = base_loss(r.y);
    let c = base_loss(r.z);
    let d = base_loss(r.w);
    let lai = measured.lai;
    measured.lai.loss = select(lai.loss, vec4f(a.x, b.x, c.x, d.x), held.plain);
    measured.lai.by_residual = select(lai.by_residual, vec4f(a.y, b.y, c.y, d.y), held.plain);
    measured.lai.by_slope = select(lai.by_slope, vec4f(), held.plain);
  }
  return measured;
}

fn quad_of(held: Held, measured: Measured, row: u32, care: bool) -> Quad {
  let losses = Losses(measured.lai.loss, measured.lai.by_residual, scored_of(held.r, measured.lai.loss), held.r);
  var used = held.used;
  var broken = vec4<bool>();
  if (care) {
    // What overflows float32 counts as not finite.
    used &= !(non_finite(bitcast<vec4u>(held.r)) | non_finite(bitcast<vec4u>(losses.loss)));
    broken = below(row, settings.rows) & !used;
  }
  let odd = either(held.odd | measured.odd);
  return weighted(Quad(losses, vec4u(), used, broken, vec4<bool>(), 0u, odd), read_weights(row, 1u), care);
}

fn sample_quad(row: u32, start: u32, care: bool) -> Quad {
  let held = hold(start, care);
  return quad_of(held, measure(held, start, Out()), start, care);
}

fn prepare_samples(workgroup: u32, lane: u32) {}

fn keep_samples(row: u32, keep: vec4u) {}
