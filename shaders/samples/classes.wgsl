// A sample is a row of logits over classes (see classes/row.wgsl). Grid: row slices.

const ELEMENTWISE = false;

struct Sample {
  loss: f32,
  scored: f32,
  members: u32,  // 1 + the label, or 0 for a row that is left out
  state: u32,
  weight: f32,   // of its class
  correct: u32,  // 1 where its label is predicted
}

// Weights of four samples: their own times those of their classes.
fn sample_weights(row: u32) -> vec4u {
  let own = read_weights(row, 1u);
  var weights = bitcast<vec4f>(select(own, vec4u(), non_finite(own)));
  for (var k = 0u; k < 4u && row + k < settings.rows; k++) {
    weights[k] *= samples[row + k].weight;
  }
  return select(bitcast<vec4u>(weights), own, non_finite(own));
}

fn labels_of_samples(row: u32, end: u32) -> vec4u {
  var labels = vec4u(NO_CLASS);
  for (var k = 0u; k < 4u && row + k < end; k++) {
    labels[k] = samples[row + k].members - 1u;
  }
  return labels;
}

// What a row's label says before any logit is read.
struct RowLabel {
  class_index: u32,
  used: bool,
  valid: bool,
  weight: f32,  // of the class
}

fn label_of_row(row: u32) -> RowLabel {
  if (SOFT) {
    var weight = 1.0;
    if (HAS_classWeights) {
      weight = 0.0;
      for (var k = 0u; k < settings.width; k++) {
        let at = row * settings.width + k;
        weight += bitcast<f32>(word_at(read_second(at, 0u), at)) * bitcast<f32>(read_classWeights(k, 0u).x);
      }
    }
    return RowLabel(0u, true, true, weight);
  }
  let label = read_second(row, 0u).x;
  let ignored = bitcast<i32>(label) == i32(bitcast<f32>(settings.ignore_bits));
  let used = !ignored && label < settings.width;
  return RowLabel(label, used, used || ignored, bitcast<f32>(read_classWeights(select(0u, label, used), 0u).x));
}

fn weight_of_row(row: u32, label: RowLabel) -> u32 {
  let own = read_weights(row, 0u).x;
  if (non_finite(vec4u(own)).x || !label.used) {
    return own;
  }
  return bitcast<u32>(bitcast<f32>(own) * label.weight);
}

fn rows_at_once() -> u32 {
  return WORKGROUP_SIZE / ROW_LANES;
}

// Sum of the weights of the rows from `first` that have a label, whatever their logits hold.
fn weigh_rows(first: u32, end: u32, lane: u32) -> f32 {
  var sums = no_item();
  for (var base = first; base < end; base += RUN * WORKGROUP_SIZE) {
    var near = 0.0;
    for (var row = base + lane; row < min(base + RUN * WORKGROUP_SIZE, end); row += WORKGROUP_SIZE) {
      let label = label_of_row(row);
      let weight = weight_of_row(row, label);
      near += select(0.0, bitcast<f32>(weight), label.used && !non_finite(vec4u(weight)).x);
    }
    sums.values.x += near;
  }
  return reduce_all(ADD, sums, lane).values.x;
}

fn pass_accumulate_weights(workgroup: u32, workgroups: u32, lane: u32) {
  let first = workgroup * settings.slice_rows;
  let sum = weigh_rows(first, min(first + settings.slice_rows, settings.rows), lane);
  if (lane == 0u) {
    scratch[moments_slot(settings.first_slice + workgroup, 0u)] = Item(vec4f(sum, vec3f()), vec4u());
  }
}

// The factor of the gradient, if no row turns out to be broken: the sum of the weights is known before the logits are.
fn presumed_scale(lane: u32) -> f32 {
  var scale = 1.0;
  if (MEAN && !UNSCALED) {
    var weight = 0.0;
    if (settings.all_slices == 1u) {
      weight = weigh_rows(0u, settings.rows, lane);
    } else {
      var sums = no_item();
      for (var i = lane; i < settings.all_slices; i += WORKGROUP_SIZE) {
        sums = add(sums, scratch[moments_slot(i, 0u)]);
      }
      weight = reduce_all(ADD, sums, lane).values.x;
    }
    scale = select(1.0 / weight, 0.0, weight == 0.0);
  }
  return select(scale * upstream_at(0u, 0u).x, 1.0, NONE || UNSCALED);
}

// Where the last pass finds it.
fn presumed_slot() -> u32 {
  return statistics_slot(0u);
}

fn fill_gradient(row: u32, position: u32, bits: u32) {
  for (var k = class_of(position, 0u); k < settings.width; k += 4u * ROW_LANES) {
    write_gradient(row * settings.width + k, 1u, below(k, settings.width), vec4u(bits));
  }
}

// Measures the rows of a slice, and writes their gradient where no mask decides later.
fn prepare_samples(workgroup: u32, lane: u32) {
  var scale = 1.0;
  if (!MASKED && HAS_gradient) {
    scale = presumed_scale(lane);
    if (workgroup == 0u && settings.first_slice == 0u && lane == 0u) {
      scratch[presumed_slot()] = Item(vec4f(scale, vec3f()), vec4u());
    }
  }
  let position = lane % ROW_LANES;
  let end = slice_end(workgroup);
  for (var base = workgroup * settings.slice_rows; base < end; base += rows_at_once()) {
    let row = base + lane / ROW_LANES;
    let there = row < end;
    let own = min(row, settings.rows - 1u);
    let label = label_of_row(own);
    let weight = bitcast<f32>(weight_of_row(own, label));
    let factor = weight * scale * select(1.0, upstream_at(own, 0u).x, NONE);
    let measured = measure_row(own, label.class_index, there && label.used && !MASKED, factor, position, lane);
    let figures = vec4u(bitcast<u32>(measured.loss), bitcast<u32>(measured.scored), 0u, 0u);
    let broken = label.used && (measured.odd || any(non_finite(figures)));
    if (there && !MASKED && HAS_gradient && (broken || !label.used)) {
      fill_gradient(own, position, select(0u, NAN_BITS, broken && !OMITS));
    }
    if (there && position == 0u) {
      let whole = label.used && !broken;
      samples[row] = Sample(select(0.0, measured.loss, whole), select(0.0, measured.scored, whole), select(0u, 1u + label.class_index, label.used),
        select(0u, BROKEN, broken) + select(INVALID, 0u, label.valid), label.weight,
        select(0u, 1u, whole && measured.predicted == measured.label));
      let predicted = select(NO_CLASS, measured.predicted, whole);
      write_predictedClass(row, 0u, vec4<bool>(true, false, false, false), vec4u(predicted));
      write_logSumExp(row, 0u, vec4<bool>(true, false, false, false),
        vec4u(select(bitcast<u32>(select(0.0, measured.log_sum, whole)), NAN_BITS, broken && !OMITS)));
    }
  }
  storageBarrier();  // other lanes read the slice's samples
}

// Without a mask the gradient is there. Only a broken row, which makes the sum of the weights another or spoils everything, calls for
// a second look.
fn repair_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  let presumed = scratch[presumed_slot()].values.x;
  if (!MEAN || UNSCALED || !(conclusion.spoiled || abs(conclusion.scale - presumed) > 1e-6 * abs(presumed))) {
    return;
  }
  let ratio = select(conclusion.scale / presumed, 0.0, presumed == 0.0);
  let end = slice_end(workgroup);
  for (var row = workgroup * settings.slice_rows + lane / ROW_LANES; row < end; row += rows_at_once()) {
    for (var k = class_of(lane % ROW_LANES, 0u); k < settings.width; k += 4u * ROW_LANES) {
      let at = row * settings.width + k;
      let scaled = bitcast<vec4u>(bitcast<vec4f>(read_gradient(at, 1u)) * ratio);
      write_gradient(at, 1u, below(k, settings.width), or_nan(scaled, vec4<bool>(conclusion.spoiled)));
    }
  }
}

// Under a mask it is known only now which rows are kept: they are measured again.
fn write_gradients(workgroup: u32, conclusion: Conclusion, lane: u32) {
  let position = lane % ROW_LANES;
  let end = slice_end(workgroup);
  for (var base = workgroup * settings.slice_rows; base < end; base += rows_at_once()) {
    let row = base + lane / ROW_LANES;
    let there = row < end;
    let own = min(row, settings.rows - 1u);
    let kept = there && (samples[own].state & KEPT) != 0u && !conclusion.spoiled;
    let label = label_of_row(own);
    let weight = bitcast<f32>(weight_of_row(own, label));
    let factor = weight * select(1.0, upstream_at(own, 0u).x, NONE) * select(conclusion.scale, 1.0, UNSCALED);
    measure_row(own, label.class_index, kept, factor, position, lane);
    if (there && !kept) {
      fill_gradient(own, position, select(0u, NAN_BITS, conclusion.spoiled));
    }
  }
}

fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  if (!HAS_gradient) {
    return;
  }
  if (MASKED) {
    write_gradients(workgroup, conclusion, lane);
  } else {
    repair_gradient(workgroup, conclusion, lane);
  }
}

// Leaves the number of rows of a slice whose label is predicted beside the slice's sums.
fn count_correct(workgroup: u32, lane: u32) {
  if (!HAS_correct) {
    return;
  }
  var counts = no_item();
  for (var row = workgroup * settings.slice_rows + lane; row < slice_end(workgroup); row += WORKGROUP_SIZE) {
    counts.counts.w += samples[row].correct;
  }
  counts = reduce_all(ADD, counts, lane);
  if (lane == 0u) {
    scratch[sums_slot(settings.first_slice + workgroup)].counts.w = counts.counts.w;
  }
}

fn pass_score_masked(workgroup: u32, workgroups: u32, lane: u32) {
  pass_score(workgroup, workgroups, lane);
  count_correct(workgroup, lane);
}

fn pass_score_rows(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_samples(workgroup, lane);
  pass_score_masked(workgroup, workgroups, lane);
}

fn pass_small_masked(workgroup: u32, workgroups: u32, lane: u32) {
  pass_accumulate(0u, 1u, lane);
  storageBarrier();  // other lanes read the moments
  pass_score_masked(0u, 1u, lane);
  storageBarrier();  // and the sums
  let conclusion = conclude(true, lane);
  publish_groups(0u, 1u, conclusion.kept, lane);
  finish_gradient(0u, conclusion, lane);
}

fn pass_small_rows(workgroup: u32, workgroups: u32, lane: u32) {
  pass_score_rows(0u, 1u, lane);
  storageBarrier();  // other lanes read the sums
  let conclusion = conclude(true, lane);
  finish_gradient(0u, conclusion, lane);
}
