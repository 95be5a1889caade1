// Statistics, part one: the moments of every group over one slice of rows.
// Reads the samples once; writes one item per group and slice to scratch, and RESIDUALS to where the gradient will be.
// Grid: column tiles x row slices.

// End of the part of a run that can go the quick way: all complete quads, nothing where samples are rows.
fn quick_stop(row: u32, stop: u32, step: u32) -> u32 {
  let last = row + (stop - row - 1u) / step * step;
  return select(row, select(last, stop, last + 4u <= settings.rows), ELEMENTWISE);
}

// Moments by class; where statistics are of the batch, there is no second.
struct Moments {
  first: Item,
  second: Item,
}

// Within these bounds nothing is lost in the sums, and a squared residual cannot overflow.
fn is_sound(moments: Item, pivot: f32, squares: f32) -> bool {
  let bits = bitcast<u32>(squares);
  return moments.counts.x == 0u || (bits > bitcast<u32>(1e-28f) && bits < bitcast<u32>(1e35f)
    && moments.values.y > 0.1 * squares && abs(pivot) < 1e17);
}

// The quick way through a run of quads: no masks and no scaling. What is not as it should be (a NaN, an overflow, an odd
// label, sums that cancel) makes the run unsound: nothing comes out, and it is done again with care.
fn quick_moments(row: u32, stop: u32, spot: Spot, pivots: vec2f) -> Moments {
  var odd = 0u;
  var sum = 0.0;
  var squares = 0.0;
  var sum_positive = 0.0;
  var squares_positive = 0.0;
  var used = 0u;
  var positives = 0u;
  let advance = spot.step * sample_stride();
  let end = sample_start(stop, spot.column);
  for (var at = sample_start(row, spot.column); at < end; at += advance) {
    let quad = sample_quad(0u, at, false);
    if (RESIDUALS) {
      write_gradient(at, sample_stride(), vec4<bool>(true), bitcast<vec4u>(quad.losses.x));
    }
    odd |= quad.odd;
    if (CHECKS_LOSS) {
      odd |= either(full_exponent(bitcast<vec4u>(quad.losses.loss)));
    }
    let second = quad.positive & vec4<bool>(CLASSES > 1u);
    var deviation = quad.losses.scored - select(vec4f(pivots.x), vec4f(pivots.y), second);
    if (LABELLED) {
      deviation = select(vec4f(), deviation, quad.used);
    }
    used += count_of(quad.used);
    let positive = select(vec4f(), deviation, second);
    let negative = deviation - positive;
    sum += total(negative);
    squares += dot(negative, negative);
    sum_positive += total(positive);
    squares_positive += dot(positive, positive);
    positives += count_of(quad.used & second);
  }
  let first = moments_about(pivots.x, used - positives, sum, squares);
  let second = moments_about(pivots.y, positives, sum_positive, squares_positive);
  if (!is_odd(odd) && is_sound(first, pivots.x, squares) && is_sound(second, pivots.y, squares_positive)) {
    return Moments(first, second);
  }
  return Moments();
}

// The careful way: three sweeps over part of a run, for the largest magnitude, the mean, and the deviations from it.
fn careful_moments(row: u32, stop: u32, spot: Spot, label: u32) -> Item {
  var moments = Item();
  var counts = vec4u();
  var scale = 1.0;
  var exponent = 0;
  for (var sweep = 0u; sweep < 3u; sweep++) {
    let pivot = moments.values.x;
    var largest = vec4f();
    var sum = 0.0;
    var squares = 0.0;
    counts = vec4u();
    for (var at = row; at < stop; at += spot.step) {
      let start = sample_start(at, spot.column);
      let quad = sample_quad(at, start, true);
      if (RESIDUALS) {
        write_gradient(start, sample_stride(), below(at, settings.rows), or_nan(bitcast<vec4u>(quad.losses.x), quad.broken));
      }
      let own = belonging(quad, at, label);
      let deviation = select(vec4f(), quad.losses.scored * scale - pivot, own & quad.used);
      largest = max(largest, abs(deviation));
      sum += total(deviation);
      squares += dot(deviation, deviation);
      counts += vec4u(count_of(own & quad.used), count_of(quad.broken) + quad.invalid, 0u, count_of(own & quad.broken));
    }
    if (sweep == 0u) {
      exponent = clamp(exponent_of(max(max(largest.x, largest.y), max(largest.z, largest.w))), -126, 126);
      scale = power_of_two(-exponent);
    } else {
      moments = moments_about(pivot, counts.x, sum, squares);
    }
  }
  moments.values *= vec4f(power_of_two(exponent), 1.0, power_of_two(exponent), 0.0);
  let poison = select(counts.w, 0u, OMITS);
  moments.counts = vec4u(counts.x, counts.y, select(bitcast<u32>(exponent), 0u, counts.x == 0u), poison);
  return moments;
}

fn store_moments(moments: Item, label: u32, spot: Spot, lane: u32) {
  let merged = reduce_column(MERGE, moments, spot, lane);
  if (spot.leads) {
    scratch[moments_slot(spot.slice, CLASSES * spot.column + label)] = merged;
  }
}

fn pass_accumulate(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_samples(workgroup, lane);
  let spot = spot_of(workgroup, lane);
  var first = Item();
  var second = Item();
  // What deviations are taken from: means of the run before, which is short at first.
  var pivots = vec2f(sample_quad(spot.row, sample_start(spot.row, spot.column), false).losses.scored.x);
  var length = 4u;
  var row = spot.row;
  while (row < spot.end) {
    let stop = min(row + length * spot.step, spot.end);
    length = RUN;
    let quick = quick_stop(row, stop, spot.step);
    var run = quick_moments(row, quick, spot, pivots);
    row = select(row, quick, run.first.counts.x + run.second.counts.x > 0u);
    // Short parts: in a long chain, additions to a large sum would round the same way again and again.
    while (row < stop) {
      let end = min(row + 16u * spot.step, stop);
      run.first = merge_moments(run.first, careful_moments(row, end, spot, 0u));
      if (CLASSES > 1u) {
        run.second = merge_moments(run.second, careful_moments(row, end, spot, 1u));
      }
      row = end;
    }
    first = merge_moments(first, run.first);
    pivots.x = select(pivots.x, run.first.values.x, run.first.counts.x > 0u);
    if (CLASSES > 1u) {
      second = merge_moments(second, run.second);
      pivots.y = select(pivots.y, run.second.values.x, run.second.counts.x > 0u);
    }
  }
  store_moments(first, 0u, spot, lane);
  if (CLASSES > 1u) {
    store_moments(second, 1u, spot, lane);
  }
}
