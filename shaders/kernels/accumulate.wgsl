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
// label, sums that cancel) makes the run unsound: nothing comes out, and it is done again with care. Small batches
// are always done with care: one way less to compile.
fn quick_moments(row: u32, stop: u32, spot: Spot, pivots: vec2f) -> Moments {
  if (SMALL) {
    return Moments();
  }
  var odd = vec4u();
  var sums = vec4f();
  var squares = vec4f();
  var sums_positive = vec4f();
  var squares_positive = vec4f();
  var used = vec4u();
  var positives = vec4u();
  let advance = spot.step * sample_stride();
  let end = sample_start(stop, spot.column);
  for (var at = sample_start(row, spot.column); at < end; at += advance) {
    let quad = sample_quad(0u, at, false);
    odd |= quad.odd;
    if (CHECKS_LOSS) {
      odd |= full_exponent(bitcast<vec4u>(quad.losses.loss));
    }
    var deviation = quad.losses.scored - select(vec4f(pivots.x), vec4f(pivots.y), quad.positive & vec4<bool>(CLASSES > 1u));
    if (LABELLED) {
      deviation = select(vec4f(), deviation, quad.used);
    }
    used -= bits_of(quad.used);
    if (CLASSES == 1u) {
      sums += deviation;
      squares += deviation * deviation;
    } else {
      let positive = select(vec4f(), deviation, quad.positive);
      let negative = deviation - positive;
      sums += negative;
      squares += negative * negative;
      sums_positive += positive;
      squares_positive += positive * positive;
      positives -= bits_of(quad.used & quad.positive);
    }
  }
  let positive = dot(positives, vec4u(1u));
  let first = moments_about(pivots.x, dot(used, vec4u(1u)) - positive, sums, squares);
  let second = moments_about(pivots.y, positive, sums_positive, squares_positive);
  if (row < stop && !is_odd(odd) && is_sound(first, pivots.x, squares) && is_sound(second, pivots.y, squares_positive)) {
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
    var sums = vec4f();
    var squares = vec4f();
    counts = vec4u();
    for (var at = row; at < stop; at += spot.step) {
      let quad = sample_quad(at, sample_start(at, spot.column), true);
      let own = belonging(quad, at, label);
      let deviation = select(vec4f(), quad.losses.scored * scale - pivot, own & quad.used);
      largest = max(largest, abs(deviation));
      sums += deviation;
      squares += deviation * deviation;
      counts += vec4u(count_of(own & quad.used), count_of(quad.broken) + quad.invalid, 0u, count_of(own & quad.broken));
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
    var run = quick_moments(row, quick_stop(row, stop, spot.step), spot, pivots);
    row = select(row, stop, run.first.counts.x + run.second.counts.x > 0u);
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
