// Statistics, part one: the moments of every group over one slice of rows.
// Reads the samples once; writes one item per group and slice to scratch. Grid: column tiles x row slices.

// End of the part of a run that can go the quick way: nothing where samples are rows, or where the last quad is incomplete.
fn quick_stop(row: u32, stop: u32, step: u32) -> u32 {
  let last = row + (stop - row - 1u) / step * step;
  return select(row, stop, ELEMENTWISE && last + 4u <= settings.rows);
}

// Moments by class; where statistics are of the batch, there is no second.
struct Moments {
  first: Item,
  second: Item,
}

// Within these bounds nothing is lost in the sums, and a squared residual cannot overflow.
fn is_sound(moments: Item, pivot: f32, squares: vec4f) -> bool {
  let square = total(squares);
  let bits = bitcast<u32>(square);
  return moments.counts.x == 0u || (bits > bitcast<u32>(1e-28f) && bits < bitcast<u32>(1e35f)
    && moments.values.y > 0.1 * square && abs(pivot) < 1e17);
}

// The quick way through a run of quads: no masks and no scaling. What is not as it should be (a NaN, an overflow, an odd
// label, sums that cancel) makes the run unsound: nothing comes out, and it is done again with care.
fn quick_moments(row: u32, stop: u32, spot: Spot) -> Moments {
  let stride = sample_stride();
  let advance = spot.step * stride;
  let start = sample_start(row, spot.column);
  let end = sample_start(stop, spot.column);
  // The middle one of three values is no outlier unless two of them are.
  let opening = quick_quad(start, stride).losses.scored;
  let pivot = max(min(opening.x, opening.y), min(max(opening.x, opening.y), opening.z));
  var odd = vec4u();
  var sums = vec4f();
  var squares = vec4f();
  var sums_positive = vec4f();
  var squares_positive = vec4f();
  var used = vec4u();
  var positives = vec4u();
  for (var at = start; at < end; at += advance) {
    let quad = quick_quad(at, stride);
    odd |= quad.odd;
    if (!SCORES_LOSS) {
      odd |= full_exponent(bitcast<vec4u>(quad.losses.loss));
    }
    var deviation = quad.losses.scored - pivot;
    if (HAS_LABELS) {
      deviation = select(vec4f(), deviation, quad.labels.used);
      used += select(vec4u(), vec4u(1u), quad.labels.used);
    }
    if (CLASSES == 1u) {
      sums += deviation;
      squares += deviation * deviation;
    } else {
      let positive = select(vec4f(), deviation, quad.labels.positive);
      let negative = deviation - positive;
      sums += negative;
      squares += negative * negative;
      sums_positive += positive;
      squares_positive += positive * positive;
      positives += select(vec4u(), vec4u(1u), quad.labels.used & quad.labels.positive);
    }
  }
  let all = 4u * ((stop - row + spot.step - 1u) / spot.step);
  let positive = dot(positives, vec4u(1u));
  let first = moments_about(pivot, select(all, dot(used, vec4u(1u)), HAS_LABELS) - positive, sums, squares);
  let second = moments_about(pivot, positive, sums_positive, squares_positive);
  if (row < stop && !is_odd(odd) && is_sound(first, pivot, squares) && is_sound(second, pivot, squares_positive)) {
    return Moments(first, second);
  }
  return Moments(no_item(), no_item());
}

// The careful way: three sweeps over the run, for the largest magnitude, the mean, and the deviations from it.
fn careful_moments(row: u32, stop: u32, spot: Spot, label: u32) -> Item {
  var moments = no_item();
  var counts = vec4u();
  var scale = 1.0;
  var exponent = 0;
  for (var sweep = 0u; sweep < 3u; sweep++) {
    let pivot = moments.values.x;
    var largest = vec4f();
    var sums = vec4f();
    var squares = vec4f();
    counts = vec4u();
    // Sums of sums: a long chain of additions to a large sum would round the same way again and again.
    for (var block = row; block < stop; block += 16u * spot.step) {
      var near_sums = vec4f();
      var near_squares = vec4f();
      for (var at = block; at < min(block + 16u * spot.step, stop); at += spot.step) {
        let quad = sample_quad(at, spot.column);
        let own = vec4<bool>(CLASSES == 1u) | (quad.positive == vec4<bool>(label == 1u));
        let deviation = select(vec4f(), quad.losses.scored * scale - pivot, own & quad.usable);
        largest = max(largest, abs(deviation));
        near_sums += deviation;
        near_squares += deviation * deviation;
        counts += vec4u(count_of(own & quad.usable), count_of(quad.broken) + quad.invalid, 0u, count_of(own & quad.broken));
      }
      sums += near_sums;
      squares += near_squares;
    }
    if (sweep == 0u) {
      exponent = clamp(exponent_of(max(max(largest.x, largest.y), max(largest.z, largest.w))), -126, 126);
      scale = power_of_two(-exponent);
    } else {
      moments = moments_about(pivot, counts.x, sums, squares);
    }
  }
  moments.values *= vec4f(power_of_two(exponent), 1.0, power_of_two(exponent), 0.0);
  let poison = select(counts.w, 0u, OMITS);
  moments.counts = vec4u(counts.x, counts.y, select(bitcast<u32>(exponent), 0u, counts.x == 0u), poison);
  return moments;
}

fn store_moments(moments: Item, label: u32, spot: Spot, lane: u32) {
  let merged = reduce(MERGE, moments, lane, spot.position, lanes_per_column(), settings.tile_columns);
  if (spot.leads) {
    scratch[moments_slot(spot.slice, CLASSES * spot.column + label)] = merged;
  }
}

fn accumulate_slice(workgroup: u32, lane: u32) {
  let spot = spot_of(workgroup, lane);
  var first = no_item();
  var second = no_item();
  for (var row = spot.row; row < spot.end; row += RUN * spot.step) {
    let stop = min(row + RUN * spot.step, spot.end);
    let quick = quick_moments(row, quick_stop(row, stop, spot.step), spot);
    // After a sound run no row is left for the careful way.
    let left = select(row, stop, quick.first.counts.x + quick.second.counts.x > 0u);
    first = merge_moments(merge_moments(first, quick.first), careful_moments(left, stop, spot, 0u));
    if (CLASSES > 1u) {
      second = merge_moments(merge_moments(second, quick.second), careful_moments(left, stop, spot, 1u));
    }
  }
  store_moments(first, 0u, spot, lane);
  if (CLASSES > 1u) {
    store_moments(second, 1u, spot, lane);
  }
}
