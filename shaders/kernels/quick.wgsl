// The quick way through a run of quads: no masks and no scaling, for samples that are what they should be. Whatever is not
// (a NaN, an overflow, an odd label, sums that cancel) makes the run unsound, and the caller does it again with care.
// That an input is not finite is seen in its bits; what arithmetic made of it is thrown away.

const MAGNITUDE = 0x7fffffffu;
const INFINITE = 0x7f800000u;

struct QuickQuad {
  loss: vec4f,
  slope: vec4f,
  scored: vec4f,
  worst: vec4u,  // from INFINITE on, something is not as it should be
  positive: vec4<bool>,
}

fn largest(x: vec4u) -> u32 {
  return max(max(x.x, x.y), max(x.z, x.w));
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
  let sound = bits > bitcast<u32>(1e-28f) && bits < bitcast<u32>(1e35f) && m2 > 0.1 * square;
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

fn quick_moments(start: u32, stop: u32, spot: Spot) -> QuickRun {
  // The middle one of three values is no outlier unless two of them are.
  let opening = quick_quad(sample_index(start, spot.column)).scored;
  let pivot = max(min(opening.x, opening.y), min(max(opening.x, opening.y), opening.z));
  var worst = vec4u(0u);
  var sums = vec4f(0.0);
  var squares = vec4f(0.0);
  var sums_positive = vec4f(0.0);
  var squares_positive = vec4f(0.0);
  var positives = vec4u(0u);
  var n = 0u;
  for (var row = start; row < stop; row += spot.step) {
    let index = sample_index(row, spot.column);
    let quad = quick_quad(index);
    worst = max(max(worst, quad.worst), weights_at(index) & vec4u(MAGNITUDE));
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
    n += 4u;
  }
  let n_positive = dot(positives, vec4u(1u));
  let first = pivot_moments(n - n_positive, pivot, sums, squares);
  let second = pivot_moments(n_positive, pivot, sums_positive, squares_positive);
  return QuickRun(start < stop && largest(worst) < INFINITE && first.sound && second.sound, first.item, second.item);
}

struct QuickScore {
  sound: bool,
  sums: vec2f,     // loss and weight
  kept: u32,
  inliers: vec2u,  // by class
}

fn quick_score(start: u32, stop: u32, spot: Spot, reference: Reference, reference_positive: Reference, factor: vec4f) -> QuickScore {
  let inside = vec4<bool>(true);
  var worst = vec4u(0u);
  var losses = vec4f(0.0);
  var weights = vec4f(0.0);
  var kept_ones = vec4u(0u);
  var positives = vec4u(0u);
  for (var row = start; row < stop; row += spot.step) {
    let index = sample_index(row, spot.column);
    let quad = quick_quad(index);
    let weight_bits = weights_at(index);
    let weight = bitcast<vec4f>(weight_bits);
    worst = max(max(worst, quad.worst), weight_bits & vec4u(MAGNITUDE));
    var kept = inside;
    var z = vec4f(0.0);
    if (MASKED) {
      z = z_of(quad.scored, quad.positive, reference, reference_positive);
      kept = within(z);
    }
    let terms = select(vec4f(0.0), quad.loss * weight, kept);
    losses += terms;
    weights += select(vec4f(0.0), weight, kept);
    kept_ones += select(vec4u(0u), vec4u(1u), kept);
    if (CLASSES > 1u) {
      positives += select(vec4u(0u), vec4u(1u), kept & quad.positive);
    }
    write_per_sample(index, inside, bitcast<vec4u>(select(quad.loss * weight, quad.loss, MASKED)));
    write_losses(index, inside, bitcast<vec4u>(terms));
    write_z(index, inside, bitcast<vec4u>(z));
    write_mask(index, inside, select(vec4u(0u), vec4u(1u), kept));
    if (WRITES_GRADIENT) {
      let pull = quad.slope * weight * factor * bitcast<vec4f>(upstream_at(index));
      write_gradient(index, inside, select(vec4u(0u), bitcast<vec4u>(pull), kept));
    }
  }
  let kept_count = dot(kept_ones, vec4u(1u));
  let positive_count = dot(positives, vec4u(1u));
  return QuickScore(
    start < stop && largest(worst) < INFINITE,
    vec2f(dot(losses, vec4f(1.0)), dot(weights, vec4f(1.0))), kept_count, vec2u(kept_count - positive_count, positive_count));
}
