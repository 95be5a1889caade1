// Rows over classes without a mask: measured once. The weights are added up before, for the scale of the gradient.

fn prepare_samples(workgroup: u32, lane: u32) {}

// The rows of a workgroup, from the first up to the second; of a segment its row.
fn enter_rows(workgroup: u32) -> vec2u {
  if (SEGMENTS > 1u) {
    segment = workgroup % SEGMENTS;
    return min(workgroup / SEGMENTS + vec2u(0u, 1u), vec2u(settings.rows));
  }
  return vec2u(workgroup * settings.slice_rows, slice_end(workgroup));
}

// Weight of a row; 0 where it has no label, or the weight is not finite.
fn usable_weight(row: u32) -> f32 {
  let label = label_of_row(row);
  let weight = weight_of_row(row, label);
  return select(0.0, bitcast<f32>(weight), label.used && !non_finite(vec4u(weight)).x);
}

// A lane's share of the weights of the rows from `first` that have a label, whatever their logits hold.
fn weigh_rows(first: u32, end: u32, lane: u32) -> f32 {
  var sum = 0.0;
  for (var base = first; base < end; base += RUN * WORKGROUP_SIZE) {
    var near = 0.0;
    for (var row = base + lane; row < min(base + RUN * WORKGROUP_SIZE, end); row += WORKGROUP_SIZE) {
      near += usable_weight(row);
    }
    sum += near;
  }
  return sum;
}

fn pass_accumulate_weights(workgroup: u32, workgroups: u32, lane: u32) {
  let rows = enter_rows(workgroup);
  let sum = reduce_all(ADD, Item(vec4f(weigh_rows(rows.x, rows.y, lane), vec3f()), vec4u()), lane).values.x;
  if (lane == 0u) {
    scratch[moments_slot(settings.first_slice + workgroup, 0u)] = Item(vec4f(sum, vec3f()), vec4u());
  }
}

// The factor of the gradient, if no row turns out to be broken: the sum of the weights is known before the logits are.
fn presumed_scale(lane: u32) -> f32 {
  var scale = 1.0;
  if (MEAN && !UNSCALED) {
    var weight = 0.0;
    if (SMALL || settings.all_slices == 1u) {
      weight = weigh_rows(0u, settings.rows, lane);
    } else {
      for (var i = lane; i < settings.all_slices; i += WORKGROUP_SIZE) {
        weight += scratch[moments_slot(i, 0u)].values.x;
      }
    }
    weight = reduce_all(ADD, Item(vec4f(weight, vec3f()), vec4u()), lane).values.x;
    scale = select(1.0 / weight, 0.0, weight == 0.0);
  }
  return select(scale * upstream_at(0u, 0u).x, 1.0, NONE || UNSCALED);
}

// Where the last pass finds it.
fn presumed_slot() -> u32 {
  return statistics_slot(0u);
}

// A row: its gradient, and its share of the sums (see kernels/score.wgsl).
fn score_row(turn: Turn, scale: f32, lane: u32) -> Item {
  let label = turn.label;
  let measured = measure_row(turn, factor_of(turn, scale), Seal(turn.there, label.used, false), lane);
  write_row_figures(turn, measured);
  let whole = label.used && !measured.broken;
  let spoiled = measured.broken && !OMITS;
  let weight = select(bitcast<f32>(turn.weight), 0.0, non_finite(vec4u(turn.weight)).x);
  let term = select(0.0, weight * measured.loss, whole);
  let entry = vec4u(select(bitcast<u32>(term), NAN_BITS, spoiled));
  write_perSample(turn.row, 0u, vec4<bool>(turn.leads, false, false, false), entry);
  write_losses(turn.row, 0u, vec4<bool>(turn.leads, false, false, false), entry);
  if (!turn.leads) {
    return Item();
  }
  let counted = whole || spoiled;
  let correct = whole && measured.predicted == measured.label;
  return Item(vec4f(term, select(0.0, weight, counted), 0.0, 0.0),
    vec4u(u32(counted), u32(measured.broken), u32(!label.valid), u32(correct)));
}

fn pass_score_rows(workgroup: u32, workgroups: u32, lane: u32) {
  var scale = 1.0;
  if (HAS_gradient) {
    scale = presumed_scale(lane);
    if (workgroup == 0u && settings.first_slice == 0u && lane == 0u) {
      scratch[presumed_slot()] = Item(vec4f(scale, vec3f()), vec4u());
    }
  }
  var sums = Item();
  let rows = enter_rows(workgroup);
  let advance = RUN * rows_at_once();
  for (var start = rows.x; start < rows.y; start += advance) {
    var near = Item();
    for (var base = start; base < min(start + advance, rows.y); base += rows_at_once()) {
      near = add(near, score_row(turn_of(base, rows.y, lane), scale, lane));
    }
    sums = add(sums, near);
  }
  sums = reduce_all(ADD, sums, lane);
  if (lane == 0u) {
    scratch[sums_slot(settings.first_slice + workgroup)] = sums;
  }
}

// The gradient is there. Only a broken row, which makes the sum of the weights another or spoils everything, calls for
// a second look.
fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  let presumed = scratch[presumed_slot()].values.x;
  if (!HAS_gradient || !MEAN || UNSCALED || !(conclusion.spoiled || abs(conclusion.scale - presumed) > 1e-6 * abs(presumed))) {
    return;
  }
  let ratio = select(conclusion.scale / presumed, 0.0, presumed == 0.0);
  let rows = enter_rows(workgroup);
  let quads = quads_of(lane % ROW_LANES);
  for (var row = rows.x + lane / ROW_LANES; row < rows.y; row += rows_at_once()) {
    for (var j = 0u; j < quads; j++) {
      let k = class_of(lane % ROW_LANES, j);
      let at = row * settings.width + k;
      let scaled = bitcast<vec4u>(bitcast<vec4f>(read_gradient(at, 1u)) * ratio);
      write_gradient(at, 1u, below(k, settings.width), or_nan(scaled, vec4<bool>(conclusion.spoiled)));
    }
  }
}

fn pass_small_rows(workgroup: u32, workgroups: u32, lane: u32) {
  pass_score_rows(0u, 1u, lane);
  storageBarrier();  // other lanes read the sums
  pass_last(0u, 1u, lane);
}
