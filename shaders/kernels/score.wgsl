// Masks the samples, sums the losses of those that stay, and writes whatever is wanted per sample.
// For element-wise samples the gradient is written here too, without the division by the kept weights.
// Reads the samples once; writes an item of sums per workgroup to scratch. Grid: column tiles x row slices.

// 1 / (standard deviation + eps), 0 for a constant group: all inliers.
fn inverse_of(statistics: Item) -> f32 {
  let deviation = statistics.values.y;
  // 1e-6 |mean| is rounding of a constant batch; the same constant stands in src/statistics.ts.
  let constant = deviation <= 1e-6 * abs(statistics.values.x);
  return select(1.0 / max(deviation + settings.eps, 1.2e-38), 0.0, constant);
}

// The gradient of whatever follows: one for every sample, or for the loss; then the scale of the gradient may hold it.
const UPSTREAM_HERE = NONE || !(MEAN || UNSCALED);

fn upstream_at(start: u32, stride: u32) -> vec4f {
  if (NONE) {
    return bitcast<vec4f>(read_upstreams(start, stride));
  }
  return bitcast<vec4f>(read_upstream(0u, 0u));
}

fn in_bounds(z: vec4f, bounds: vec2f) -> vec4<bool> {
  return (z >= vec4f(bounds.x)) & (z <= vec4f(bounds.y));
}

// Sums, as an item: values = loss, weight; counts = kept samples, broken ones, invalid labels, kept ones with label 1.

// The quick way through a run of quads. Under a mask the statistics have seen every sample: it is open only when none of
// them was odd, so nothing is checked here.
fn quick_score(row: u32, stop: u32, spot: Spot, references: References) -> Item {
  let stride = sample_stride();
  let advance = spot.step * stride;
  let end = sample_start(stop, spot.column);
  let bounds = settings.bounds;
  let all = vec4<bool>(true);
  var odd = vec4u();
  var losses = vec4f();
  var weights = vec4f();
  var kept_count = vec4i();
  var positives = vec4i();
  for (var at = sample_start(row, spot.column); at < end; at += advance) {
    let quad = quick_quad(at, stride);
    if (!MASKED) {
      odd |= quad.odd | full_exponent(bitcast<vec4u>(quad.losses.loss));
    }
    // As bits: what is not kept becomes 0 whatever it is.
    var used = vec4u(0xffffffffu);
    if (HAS_LABELS) {
      used = select(vec4u(), used, quad.labels.used);
    }
    var keep = used;
    if (MASKED) {
      let z = z_of(quad.losses.scored, quad.labels.positive, references);
      keep = select(vec4u(), used, in_bounds(z, bounds));
      write_z(at, stride, all, bitcast<vec4u>(z) & used);
    }
    var loss = quad.losses.loss;
    var pull = quad.losses.slope;
    if (WEIGHTED) {
      weights += bitcast<vec4f>(quad.weight & keep);
      loss *= bitcast<vec4f>(quad.weight);
      pull *= bitcast<vec4f>(quad.weight);
    }
    let terms = bitcast<vec4u>(loss) & keep;
    losses += bitcast<vec4f>(terms);
    kept_count -= bitcast<vec4i>(keep);
    if (CLASSES > 1u) {
      positives -= bitcast<vec4i>(select(vec4u(), keep, quad.labels.positive));
    }
    write_perSample(at, stride, all, bitcast<vec4u>(select(loss, quad.losses.loss, MASKED)) & used);
    write_losses(at, stride, all, terms);
    write_mask(at, stride, all, keep & vec4u(1u));
    if (HAS_gradient) {
      if (UPSTREAM_HERE) {
        pull *= upstream_at(at, stride);
      }
      write_gradient(at, stride, all, bitcast<vec4u>(pull) & keep);
    }
  }
  if (row >= stop || is_odd(odd)) {
    return no_item();
  }
  let kept = u32(dot(kept_count, vec4i(1)));
  let weight = select(f32(kept), total(weights), WEIGHTED);
  return Item(vec4f(total(losses), weight, 0.0, 0.0), vec4u(kept, 0u, 0u, u32(dot(positives, vec4i(1)))));
}

// The careful way; NaN leaves as bits, and only here.
fn careful_score(start_row: u32, stop: u32, spot: Spot, references: References) -> Item {
  let stride = sample_stride();
  let poisoned = vec4<bool>(references.header.counts.w > 0u);
  var sums = no_item();
  for (var row = start_row; row < stop; row += spot.step) {
    let start = sample_start(row, spot.column);
    let rows = below(row, settings.rows);
    let quad = sample_quad(row, spot.column);
    let loss = quad.losses.loss;
    let broken = quad.broken & vec4<bool>(!OMITS);
    let spoiled = poisoned | broken;
    var kept = quad.usable & !poisoned;
    var z = vec4f();
    if (MASKED) {
      z = z_of(quad.losses.scored, quad.positive, references);
      kept &= in_bounds(z, settings.bounds);
    }
    let counted = kept | (broken & vec4<bool>(!MASKED));
    let terms = select(vec4f(), quad.weight * loss, kept);
    sums = add(sums, Item(
      vec4f(total(terms), total(select(vec4f(), quad.weight, counted)), 0.0, 0.0),
      vec4u(count_of(counted), count_of(quad.broken), quad.invalid, count_of(kept & quad.positive))));

    let entry = select(vec4f(), select(quad.weight * loss, loss, MASKED), quad.usable);
    write_perSample(start, stride, rows, or_nan(bitcast<vec4u>(entry), broken));
    write_losses(start, stride, rows, or_nan(bitcast<vec4u>(terms), spoiled));
    write_z(start, stride, rows, or_nan(bitcast<vec4u>(select(vec4f(), z, quad.usable)), poisoned & (quad.usable | broken)));
    write_mask(start, stride, rows, select(vec4u(), vec4u(1u), kept));
    keep_samples(row, kept);
    if (ELEMENTWISE) {
      var pull = quad.weight * quad.losses.slope;
      if (UPSTREAM_HERE) {
        pull *= upstream_at(start, stride);
      }
      write_gradient(start, stride, rows, or_nan(bitcast<vec4u>(select(vec4f(), pull, kept)), spoiled));
    }
  }
  return sums;
}

fn pass_score(workgroup: u32, workgroups: u32, lane: u32) {
  let spot = spot_of(workgroup, lane);
  let references = references_of(workgroup, spot, lane);
  var sums = no_item();
  for (var row = spot.row; row < spot.end; row += RUN * spot.step) {
    let stop = min(row + RUN * spot.step, spot.end);
    let end = select(quick_stop(row, stop, spot.step), row, references.header.counts.y > 0u);
    let quick = quick_score(row, end, spot, references);
    // Nothing kept means nothing done, or nothing to do: then again with care.
    let careful = careful_score(select(row, stop, quick.counts.x > 0u), stop, spot, references);
    sums = add(sums, add(quick, careful));
  }
  store_inliers(sums, spot, lane);
  sums = reduce_all(ADD, sums, lane);
  if (lane == 0u) {
    scratch[sums_slot(settings.first_slice * settings.tiles + workgroup)] = sums;
  }
}
