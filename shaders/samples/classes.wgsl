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

fn labels_of_samples(row: u32) -> vec4u {
  var labels = vec4u(NO_CLASS);
  for (var k = 0u; k < 4u && row + k < settings.rows; k++) {
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
      for (var start = 0u; start < settings.width; start += RUN) {
        var near = 0.0;
        for (var k = start; k < min(start + RUN, settings.width); k++) {
          let at = row * settings.width + k;
          near += bitcast<f32>(word_at(read_second(at, 0u), at)) * bitcast<f32>(read_classWeights(k, 0u).x);
        }
        weight += near;
      }
    }
    return RowLabel(0u, true, true, weight);
  }
  let label = read_labels(row, 0u).x;
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

// One turn of a lane: a row, shared with the other lanes of its row.
struct Turn {
  row: u32,        // one that exists
  there: bool,     // false beyond the end of the slice
  position: u32,
  leads: bool,     // writes what the row has once
  label: RowLabel,
  weight: u32,
}

fn turn_of(base: u32, end: u32, lane: u32) -> Turn {
  let row = base + lane / ROW_LANES;
  let position = lane % ROW_LANES;
  let own = min(row, settings.rows - 1u);
  let label = label_of_row(own);
  return Turn(own, row < end, position, row < end && position == 0u && segment == 0u, label, weight_of_row(own, label));
}

fn factor_of(turn: Turn, scale: f32) -> f32 {
  return bitcast<f32>(turn.weight) * select(1.0, upstream_at(turn.row, 0u).x, NONE) * scale;
}

fn is_broken(turn: Turn, odd: bool, measured: RowLoss) -> bool {
  let words = vec4u(bitcast<u32>(measured.loss), bitcast<u32>(measured.scored), turn.weight, 0u);
  return turn.label.used && (odd || any(non_finite(words)));
}

fn write_row_figures(turn: Turn, measured: RowLoss) {
  let first = vec4<bool>(turn.leads, false, false, false);
  let whole = turn.label.used && !measured.broken;
  write_predictedClass(turn.row, 0u, first, vec4u(select(NO_CLASS, measured.predicted, whole)));
  let log_sum = select(bitcast<u32>(select(0.0, measured.log_sum, whole)), NAN_BITS, measured.broken && !OMITS);
  write_logSumExp(turn.row, 0u, first, vec4u(log_sum));
}
