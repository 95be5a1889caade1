// Masks the samples, sums the losses of those that stay, and writes whatever is wanted per sample.
// For element-wise samples the gradient is written here too, with the scale that is expected; or, where it holds RESIDUALS, by the
// last pass, which comes here again.
// Reads the samples once; writes an item of sums per workgroup to scratch. Grid: column tiles x row slices.

// The gradient of whatever follows: one for every sample, or for the loss.
fn upstream_at(start: u32, stride: u32) -> vec4f {
  if (NONE) {
    return bitcast<vec4f>(read_upstreams(start, stride));
  }
  return bitcast<vec4f>(read_upstream(0u, 0u));
}

// Masks part of a run. Sums, as an item: values = loss, weight; counts = kept samples, broken ones, invalid labels, kept ones with
// label 1. Without care nothing comes out of a part with an odd sample. Under a mask the statistics have seen every sample: that
// way is open only when none of them was odd, so nothing is checked here.
fn score_part(first: u32, stop: u32, spot: Spot, references: References, conclusion: Conclusion, emits: bool, care: bool) -> Item {
  let stride = sample_stride();
  let poisoned = vec4<bool>(care && references.header.counts.w > 0u);
  let bounds = settings.bounds;
  var odd = 0u;
  var losses = 0.0;
  var weights = 0.0;
  var all_counted = 0u;
  var all_broken = 0u;
  var all_positive = 0u;
  var invalid = 0u;
  var start = sample_start(first, spot.column);
  for (var row = first; row < stop; row += spot.step) {
    let within = below(row, settings.rows) | vec4<bool>(!care);
    let quad = sample_quad(row, start, care);
    let used = bits_of(quad.used & !poisoned);
    let broken = quad.broken & vec4<bool>(!OMITS);
    let spoiled = poisoned | broken | vec4<bool>(care && conclusion.spoiled);
    if (!MASKED) {
      odd |= quad.odd | either(full_exponent(bitcast<vec4u>(quad.losses.loss)));
    }
    var keep = used;
    if (MASKED) {
      let z = z_of(quad.losses.scored, quad.positive, row, references);
      keep = select(vec4u(), used, (z >= vec4f(bounds.x)) & (z <= vec4f(bounds.y)));
      write_z(start, stride, within, or_nan(bitcast<vec4u>(z) & used, poisoned & (quad.used | broken)));
    }
    let counted = keep | select(bits_of(broken), vec4u(), MASKED);
    var loss = quad.losses.loss;
    var pull = quad.losses.slope;
    if (WEIGHTED) {
      weights += total(bitcast<vec4f>(quad.weight & counted));
      loss *= bitcast<vec4f>(quad.weight);
      pull *= bitcast<vec4f>(quad.weight);
    }
    let terms = bitcast<vec4u>(loss) & keep;
    losses += total(bitcast<vec4f>(terms));
    all_counted += number_of(counted);
    all_broken += count_of(quad.broken);
    invalid += quad.invalid;
    if (CLASSES > 1u) {
      all_positive += number_of(select(vec4u(), keep, quad.positive));
    }
    let entry = bitcast<vec4u>(select(loss, quad.losses.loss, MASKED)) & bits_of(quad.used);
    write_perSample(start, stride, within, or_nan(entry, broken));
    write_losses(start, stride, within, or_nan(terms, spoiled));
    write_mask(start, stride, within, keep & vec4u(1u));
    keep_samples(row, keep);
    if (ELEMENTWISE && HAS_gradient && emits) {
      pull *= conclusion.scale;
      // Otherwise the scale of the gradient holds it.
      if (NONE || !(MEAN || UNSCALED)) {
        pull *= upstream_at(start, stride);
      }
      write_gradient(start, stride, within, or_nan(bitcast<vec4u>(pull) & keep, spoiled));
    }
    start += spot.step * stride;
  }
  if (!care && (first >= stop || is_odd(odd))) {
    return Item();
  }
  let weight = select(f32(all_counted), weights, WEIGHTED);
  return Item(vec4f(losses, weight, 0.0, 0.0), vec4u(all_counted, all_broken, invalid, all_positive));
}

// A lane's share of the samples; the gradient is written if it `emits` it.
fn score_spot(spot: Spot, references: References, conclusion: Conclusion, emits: bool) -> Item {
  var sums = Item();
  for (var row = spot.row; row < spot.end; row += RUN * spot.step) {
    let stop = min(row + RUN * spot.step, spot.end);
    let end = select(quick_stop(row, stop, spot.step), row, references.header.counts.y > 0u);
    let quick = score_part(row, end, spot, references, conclusion, emits, false);
    // Under a mask what was done is done: residuals may be gone. Without one, nothing kept means that a sample was odd: then again with care.
    let careful = score_part(select(row, end, MASKED || quick.counts.x > 0u), stop, spot, references, conclusion, emits, true);
    sums = add(sums, add(quick, careful));
  }
  return sums;
}

// The scale of a mean to which all samples of the chunk, and no others, count once: the last pass has nothing to do if it is the right one.
fn expected_scale() -> f32 {
  return select(1.0, 1.0 / f32(settings.rows * settings.columns), MEAN && !UNSCALED);
}

fn pass_score(workgroup: u32, workgroups: u32, lane: u32) {
  let spot = spot_of(workgroup, lane);
  var sums = score_spot(spot, references_of(workgroup, spot, lane), Conclusion(expected_scale(), false, 0u), !RESIDUALS);
  store_inliers(sums, spot, lane);
  sums = reduce_all(ADD, sums, lane);
  if (lane == 0u) {
    scratch[sums_slot(settings.first_slice * settings.tiles + workgroup)] = sums;
  }
}
