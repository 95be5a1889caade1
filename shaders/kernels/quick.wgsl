// The quick way through a run of quads: no masks and no scaling, for samples that are what they should be. Whatever is not
// (a NaN, an overflow, an odd label, sums that cancel) makes the run unsound, and the caller does it again with care.
// That an input is not finite is seen in its bits; what arithmetic made of it is thrown away.

// What quick_quad says of a quad. `odd` has its highest bit set where something is not as it should be.
struct QuickQuad {
  loss: vec4f,
  slope: vec4f,
  scored: vec4f,
  odd: vec4u,
  positive: vec4<bool>,
}

// Sets the highest bit where an exponent is full, in two operations: such quads are collected with `|`.
fn full_exponent(bits: vec4u) -> vec4u {
  return (bits & vec4u(0x7f800000u)) + vec4u(0x00800000u);
}

fn is_odd(odd: vec4u) -> bool {
  return ((odd.x | odd.y | odd.z | odd.w) & 0x80000000u) != 0u;
}

// End of the part of a run that can go the quick way: nothing where samples are rows, or where the last quad is incomplete.
fn quick_stop(row: u32, stop: u32, step: u32) -> u32 {
  let last = row + (max(stop, row + 1u) - row - 1u) / step * step;
  return select(row, stop, ELEMENTWISE && row < stop && last + 4u <= settings.rows);
}

struct QuickMoments {
  sound: bool,
  item: Item,
}

// Moments from sums of deviations from a pivot. Sound unless squares leave the middle of float32's range, or cancel.
fn pivot_moments(n: u32, pivot: f32, sums: vec4f, squares: vec4f) -> QuickMoments {
  let sum = dot(sums, vec4f(1.0));
  let square = dot(squares, vec4f(1.0));
  let shift = sum / f32(max(n, 1u));
  let m2 = square - sum * shift;
  let mean = pivot + shift;
  let bits = bitcast<u32>(square);
  // Within these bounds a squared residual cannot overflow either.
  let sound = bits > bitcast<u32>(1e-28f) && bits < bitcast<u32>(1e35f) && m2 > 0.1 * square && abs(pivot) < 1e17;
  let item = Item(
    vec4u(n, bitcast<u32>(mean), bitcast<u32>(m2), 0u), vec4u(bitcast<u32>((pivot - mean) + shift), 0u, 0u, 0u));
  if (n == 0u) {
    return QuickMoments(true, no_item());
  }
  return QuickMoments(sound, item);
}

struct QuickRun {
  sound: bool,
  first: Item,
  second: Item,
}

fn quick_moments(row: u32, stop: u32, spot: Spot) -> QuickRun {
  let stride = sample_stride();
  let advance = spot.step * stride;
  let start = sample_start(row, spot.column);
  let end = sample_start(stop, spot.column);
  // The middle one of three values is no outlier unless two of them are.
  let opening = quick_quad(start, stride).scored;
  let pivot = max(min(opening.x, opening.y), min(max(opening.x, opening.y), opening.z));
  var odd = vec4u(0u);
  var sums = vec4f(0.0);
  var squares = vec4f(0.0);
  var sums_positive = vec4f(0.0);
  var squares_positive = vec4f(0.0);
  var positives = vec4u(0u);
  for (var at = start; at < end; at += advance) {
    let quad = quick_quad(at, stride);
    odd |= quad.odd;
    if (WEIGHTED) {
      odd |= full_exponent(weights_at(at, stride));
    }
    let deviation = quad.scored - pivot;
    if (CLASSES == 1u) {
      sums += deviation;
      squares += deviation * deviation;
    } else {
      let negative = select(deviation, vec4f(0.0), quad.positive);
      let positive = deviation - negative;
      sums += negative;
      squares += negative * negative;
      sums_positive += positive;
      squares_positive += positive * positive;
      positives += select(vec4u(0u), vec4u(1u), quad.positive);
    }
  }
  let n = 4u * ((stop - row + spot.step - 1u) / spot.step);
  let n_positive = dot(positives, vec4u(1u));
  let first = pivot_moments(n - n_positive, pivot, sums, squares);
  let second = pivot_moments(n_positive, pivot, sums_positive, squares_positive);
  return QuickRun(row < stop && !is_odd(odd) && first.sound && second.sound, first.item, second.item);
}

// Under a mask the statistics have seen every sample: the quick way is open only when none of them was odd, so nothing is
// checked here.
struct QuickScore {
  sound: bool,
  sums: vec2f,     // loss and weight
  kept: u32,
  inliers: vec2u,  // by class
}

fn quick_score(row: u32, stop: u32, spot: Spot, reference: Reference, reference_positive: Reference, factor: vec4f) -> QuickScore {
  let stride = sample_stride();
  let advance = spot.step * stride;
  let end = sample_start(stop, spot.column);
  let bounds = z_bounds();
  let inside = vec4<bool>(true);
  var odd = vec4u(0u);
  var losses = vec4f(0.0);
  var weights = vec4f(0.0);
  var kept_count = vec4i(0);
  var positives = vec4i(0);
  for (var at = sample_start(row, spot.column); at < end; at += advance) {
    let quad = quick_quad(at, stride);
    if (!MASKED) {
      odd |= quad.odd | full_exponent(bitcast<vec4u>(quad.loss));
    }
    var keep = vec4u(0xffffffffu);
    if (MASKED) {
      let z = z_of(quad.scored, quad.positive, reference, reference_positive);
      keep = select(vec4u(0u), vec4u(0xffffffffu), within(z, bounds));
      write_z(at, stride, inside, bitcast<vec4u>(z));
    }
    var loss = quad.loss;
    var pull = quad.slope;
    if (WEIGHTED) {
      let bits = weights_at(at, stride);
      if (!MASKED) {
        odd |= full_exponent(bits);
      }
      weights += bitcast<vec4f>(bits & keep);
      loss *= bitcast<vec4f>(bits);
      pull *= bitcast<vec4f>(bits);
    }
    // Selecting by bits: what is not kept becomes 0 whatever it is.
    let terms = bitcast<vec4u>(loss) & keep;
    losses += bitcast<vec4f>(terms);
    kept_count -= bitcast<vec4i>(keep);
    if (CLASSES > 1u) {
      positives -= bitcast<vec4i>(select(vec4u(0u), keep, quad.positive));
    }
    write_per_sample(at, stride, inside, bitcast<vec4u>(select(loss, quad.loss, MASKED)));
    write_losses(at, stride, inside, terms);
    write_mask(at, stride, inside, keep & vec4u(1u));
    if (WRITES_GRADIENT) {
      if (!AVERAGED) {
        pull *= factor * bitcast<vec4f>(upstream_at(at, stride));
      }
      write_gradient(at, stride, inside, bitcast<vec4u>(pull) & keep);
    }
  }
  let kept = u32(dot(kept_count, vec4i(1)));
  let positive = u32(dot(positives, vec4i(1)));
  let weight = select(f32(kept), dot(weights, vec4f(1.0)), WEIGHTED);
  return QuickScore(row < stop && !is_odd(odd), vec2f(dot(losses, vec4f(1.0)), weight), kept, vec2u(kept - positive, positive));
}
