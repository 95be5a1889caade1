// A sample is an element with slopes, FEATURES of them. Its loss is measured by the passes over samples; the gradients, with respect to
// the residual and to all slopes, are written when it is known what is kept, and how much it weighs. Grid: row slices.

const ELEMENTWISE = true;

// How slopes of several features become factors.
const MEAN_OF_ALL = 0u;
const OF_ONE = 1u;
const OF_NORM = 2u;

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

fn hold(row: u32, care: bool) -> Held {
  let first = read_first(row, 1u);
  let second = read_second(row, 1u);
  var odd = full_exponent(first) | full_exponent(second);
  var used = vec4<bool>(true);
  if (care) {
    used = below(row, settings.rows) & !(non_finite(first) | non_finite(second));
  }
  for (var j = 0u; j < FEATURES; j++) {
    let bits = slope_bits(row, j);
    odd |= full_exponent(bits);
    if (care) {
      used &= !non_finite(bits);
    }
  }
  // Bits are replaced before they become floats: a NaN must never enter arithmetic.
  let r = bitcast<vec4f>(select(vec4u(), first, used)) - bitcast<vec4f>(select(vec4u(), second, used));
  return Held(r, used, (read_applyMask(row, 1u) & vec4u(0x7fffffffu)) == vec4u(), odd);
}

fn slope_of(held: Held, row: u32, feature: u32) -> vec4f {
  return bitcast<vec4f>(select(vec4u(), slope_bits(row, feature), held.used));
}

// The Euclidean norm of all slopes, without an overflow in their squares.
fn norm_of(held: Held, row: u32) -> vec4f {
  var largest = vec4f();
  for (var j = 0u; j < FEATURES; j++) {
    largest = max(largest, abs(slope_of(held, row, j)));
  }
  let scale = max(largest, vec4f(1.2e-38));
  var sum = vec4f();
  for (var j = 0u; j < FEATURES; j++) {
    let share = slope_of(held, row, j) / scale;
    sum += share * share;
  }
  return scale * sqrt(sum);
}

fn of_feature(held: Held, row: u32, feature: u32) -> Lai {
  return lai_of(held.r, factor_of(slope_of(held, row, feature), lambda_of(feature)));
}

// All but the derivatives with respect to slopes, of which there may be several.
fn measure_quad(held: Held, row: u32) -> Lai {
  var lai = Lai();
  if (AGGREGATE == OF_NORM) {
    lai = lai_of(held.r, factor_of(norm_of(held, row), lambda_of(0u)));
  } else if (AGGREGATE == OF_ONE) {
    lai = of_feature(held, row, feature_index());
  } else {
    for (var j = 0u; j < FEATURES; j++) {
      let each = of_feature(held, row, j);
      lai.loss += each.loss / f32(FEATURES);
      lai.by_residual += each.by_residual / f32(FEATURES);
    }
  }
  if (HAS_applyMask) {
    let r = held.r;
    let a = base_loss(r.x);
    let b = base_loss(r.y);
    let c = base_loss(r.z);
    let d = base_loss(r.w);
    lai.loss = select(lai.loss, vec4f(a.x, b.x, c.x, d.x), held.plain);
    lai.by_residual = select(lai.by_residual, vec4f(a.y, b.y, c.y, d.y), held.plain);
    lai.by_slope = select(lai.by_slope, vec4f(), held.plain);
  }
  return lai;
}

// The derivative with respect to the slope of one feature.
fn by_slope_of(held: Held, row: u32, lai: Lai, norm: vec4f, feature: u32) -> vec4f {
  if (AGGREGATE == OF_NORM) {
    return select(lai.by_slope * (slope_of(held, row, feature) / norm), vec4f(), norm == vec4f());
  }
  if (AGGREGATE == OF_ONE) {
    return select(vec4f(), lai.by_slope, vec4<bool>(feature == feature_index()));
  }
  return select(of_feature(held, row, feature).by_slope / f32(FEATURES), vec4f(), held.plain);
}

fn quad_of(held: Held, lai: Lai, row: u32, care: bool) -> Quad {
  let losses = Losses(lai.loss, lai.by_residual, scored_of(held.r, lai.loss));
  var used = held.used;
  var broken = vec4<bool>();
  if (care) {
    // What overflows float32 counts as not finite.
    used &= !(non_finite(bitcast<vec4u>(held.r)) | non_finite(bitcast<vec4u>(losses.loss)));
    broken = below(row, settings.rows) & !used;
  }
  return weighted(Quad(losses, vec4u(), used, broken, vec4<bool>(), 0u, held.odd), read_weights(row, 1u), care);
}

fn sample_quad(row: u32, start: u32, care: bool) -> Quad {
  let held = hold(start, care);
  return quad_of(held, measure_quad(held, start), start, care);
}

fn prepare_samples(workgroup: u32, lane: u32) {}

fn keep_samples(row: u32, keep: vec4u) {}

// The statistics that the score pass has left.
fn stored_references() -> References {
  let statistics = scratch[statistics_slot(0u)];
  return References(statistics, statistics.values.x, inverse_of(statistics));
}

fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  if (!HAS_gradient && !HAS_slopeGradient) {
    return;
  }
  let spot = spot_of(workgroup, lane);
  let references = stored_references();
  for (var row = spot.row; row < spot.end; row += spot.step) {
    let within = below(row, settings.rows);
    let held = hold(row, true);
    let lai = measure_quad(held, row);
    let quad = quad_of(held, lai, row, true);
    var kept = quad.used;
    if (MASKED) {
      let z = z_of(quad.losses.scored, quad.positive, references);
      kept &= (z >= vec4f(settings.bounds.x)) & (z <= vec4f(settings.bounds.y));
    }
    let spoiled = vec4<bool>(conclusion.spoiled) | (quad.broken & vec4<bool>(!OMITS && !MASKED));
    var factor = vec4f(select(conclusion.scale, 1.0, UNSCALED));
    if (NONE) {
      factor *= upstream_at(row, 1u);
    }
    if (WEIGHTED) {
      factor *= bitcast<vec4f>(quad.weight);
    }
    let keep = bits_of(kept);
    write_gradient(row, 1u, within, or_nan(bitcast<vec4u>(factor * quad.losses.slope) & keep, spoiled));
    if (HAS_slopeGradient) {
      var norm = vec4f();
      if (AGGREGATE == OF_NORM) {
        norm = norm_of(held, row);
      }
      for (var j = 0u; j < FEATURES; j++) {
        let by_slope = factor * by_slope_of(held, row, lai, norm, j);
        write_slopeGradient(row * FEATURES + j, FEATURES, within, or_nan(bitcast<vec4u>(by_slope) & keep, spoiled));
      }
    }
  }
}

fn pass_score_slopes(workgroup: u32, workgroups: u32, lane: u32) {
  pass_last(workgroup, workgroups, lane);
}
