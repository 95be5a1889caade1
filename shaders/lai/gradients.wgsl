// Both gradients, with respect to predictions and slopes. Where the factor of the gradients is known beforehand they are written while the
// losses are summed ("direct"), and only looked at again where it turns out to be another. Otherwise they are written last, when it is
// known what is kept, and how much it weighs; slopes are not read back and written twice. Grid: row slices.

fn one_chunk() -> bool {
  return settings.slices == settings.all_slices;
}

// The factor if nothing turns out to be broken; 0 where that is not known: rows of other chunks are not counted here.
fn presumed_factor() -> f32 {
  if (NONE || UNSCALED) {
    return 1.0;
  }
  let upstream = upstream_at(0u, 0u).x;
  return select(upstream, select(0.0, upstream / f32(settings.rows), one_chunk() && settings.rows > 0u), MEAN);
}

// What a gradient is multiplied with, of each of four samples.
fn factors_of(quad: Quad, row: u32, factor: f32) -> vec4f {
  var factors = vec4f(factor);
  if (NONE) {
    factors *= upstream_at(row, 1u);
  }
  if (WEIGHTED) {
    factors *= bitcast<vec4f>(quad.weight);
  }
  return factors;
}

// Part of a run; see score_part in kernels/score.wgsl.
fn direct_part(first: u32, stop: u32, spot: Spot, presumed: f32, care: bool) -> Item {
  var odd = 0u;
  var losses = 0.0;
  var weights = 0.0;
  var all_counted = 0u;
  var all_broken = 0u;
  for (var row = first; row < stop; row += spot.step) {
    let held = hold(row, care);
    // Weights are not measured, so that they can be known before.
    let bare = Quad(Losses(), vec4u(), held.used, vec4<bool>(), vec4<bool>(), 0u, 0u);
    let factors = factors_of(weighted(bare, read_weights(row, 1u), care), row, presumed);
    let measured = measure(held, row, Out(!care, factors, vec4<bool>(true), vec4u(0xffffffffu), vec4<bool>()));
    let quad = quad_of(held, measured, row, care);
    let within = below(row, settings.rows) | vec4<bool>(!care);
    let keep = bits_of(quad.used);
    let spoiled = quad.broken & vec4<bool>(!OMITS);
    odd |= quad.odd | either(full_exponent(bitcast<vec4u>(quad.losses.loss)));
    let out = Out(!care, factors, within, keep, spoiled);
    emit_slopes(held, row, measured, out);
    write_gradient(row, 1u, within, or_nan(bitcast<vec4u>(factors * quad.losses.slope) & keep, spoiled));
    let counted = keep | bits_of(spoiled);
    var loss = quad.losses.loss;
    if (WEIGHTED) {
      weights += total(bitcast<vec4f>(quad.weight & counted));
      loss *= bitcast<vec4f>(quad.weight);
    }
    let terms = bitcast<vec4u>(loss) & keep;
    losses += total(bitcast<vec4f>(terms));
    all_counted += number_of(counted);
    all_broken += count_of(quad.broken);
    write_perSample(row, 1u, within, or_nan(terms, spoiled));
    write_losses(row, 1u, within, or_nan(terms, spoiled));
  }
  if (!care && (first >= stop || is_odd(odd))) {
    return Item();
  }
  let weight = select(f32(all_counted), weights, WEIGHTED);
  return Item(vec4f(losses, weight, 0.0, 0.0), vec4u(all_counted, all_broken, 0u, 0u));
}

fn pass_score_direct(workgroup: u32, workgroups: u32, lane: u32) {
  let spot = spot_of(workgroup, lane);
  let presumed = presumed_factor();
  var sums = Item();
  for (var row = spot.row; row < spot.end; row += RUN * spot.step) {
    let stop = min(row + RUN * spot.step, spot.end);
    let end = quick_stop(row, stop, spot.step);
    let quick = direct_part(row, end, spot, presumed, false);
    // Nothing kept means nothing done, or nothing to do: then again with care.
    sums = add(sums, add(quick, direct_part(select(row, end, quick.counts.x > 0u), stop, spot, presumed, true)));
  }
  sums = reduce_all(ADD, sums, lane);
  if (lane == 0u) {
    scratch[sums_slot(settings.first_slice + workgroup)] = sums;
  }
}

fn gradient_part(first: u32, stop: u32, spot: Spot, conclusion: Conclusion, references: References, care: bool) {
  for (var row = first; row < stop; row += spot.step) {
    let held = hold(row, care);
    let measured = measure(held, row, Out());
    let quad = quad_of(held, measured, row, care);
    var kept = quad.used;
    if (MASKED) {
      let z = z_of(quad.losses.scored, quad.positive, row, references);
      kept &= (z >= vec4f(settings.bounds.x)) & (z <= vec4f(settings.bounds.y));
    }
    let keep = bits_of(kept);
    let spoiled = vec4<bool>(conclusion.spoiled) | (quad.broken & vec4<bool>(!OMITS && !MASKED));
    let factors = factors_of(quad, row, select(conclusion.scale, 1.0, UNSCALED));
    let within = below(row, settings.rows) | vec4<bool>(!care);
    emit_slopes(held, row, measured, Out(false, factors, within, keep, spoiled));
    write_gradient(row, 1u, within, or_nan(bitcast<vec4u>(factors * quad.losses.slope) & keep, spoiled));
  }
}

var<private> presumes: bool;

fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  let holds = !conclusion.spoiled && (!MEAN || UNSCALED || (one_chunk() && conclusion.kept == settings.rows));
  if ((!HAS_gradient && !HAS_slopeGradient) || (presumes && holds)) {
    return;
  }
  let spot = spot_of(workgroup, lane);
  let references = references_from(scratch[statistics_slot(0u)]);  // the score pass has left them
  // Under a mask the statistics have seen every sample.
  let sane = MASKED && references.header.counts.y == 0u && references.header.counts.w == 0u;
  let quick = select(spot.row, quick_stop(spot.row, spot.end, spot.step), sane && spot.row < spot.end);
  gradient_part(spot.row, quick, spot, conclusion, references, false);
  gradient_part(quick, spot.end, spot, conclusion, references, true);
}

fn pass_score_slopes(workgroup: u32, workgroups: u32, lane: u32) {
  pass_last(workgroup, workgroups, lane);
}

fn pass_score_again(workgroup: u32, workgroups: u32, lane: u32) {
  presumes = true;
  pass_last(workgroup, workgroups, lane);
}

fn pass_small_direct(workgroup: u32, workgroups: u32, lane: u32) {
  pass_score_direct(0u, 1u, lane);
  storageBarrier();  // other lanes read the sums
  pass_score_again(0u, 1u, lane);
}
