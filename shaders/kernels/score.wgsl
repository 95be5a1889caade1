// Masks the samples, sums the losses of those that stay, and writes whatever is wanted per sample.
// For element-wise samples the gradient is written here too, without the division by the kept weights.
// Reads the samples once; writes an item of sums per workgroup to scratch. Grid: column tiles x row slices.

// What a group's members are scored against.
struct Reference {
  mean: f32,
  inverse: f32,  // 1 / (standard deviation + eps), 0 for a constant group: all inliers
}

fn reference_of(statistics: vec4u) -> Reference {
  let mean = bitcast<f32>(statistics.x);
  let deviation = bitcast<f32>(statistics.y);
  // 1e-6 |mean| is rounding of a constant batch; the same constant stands in src/statistics.ts.
  let constant = deviation <= 1e-6 * abs(mean);
  return Reference(mean, select(1.0 / max(deviation + settings.eps, 1.2e-38), 0.0, constant));
}

fn z_of(scored: vec4f, positive: vec4<bool>, reference: Reference, reference_positive: Reference) -> vec4f {
  if (CLASSES == 1u) {
    return (scored - reference.mean) * reference.inverse;
  }
  return (scored - select(vec4f(reference.mean), vec4f(reference_positive.mean), positive))
    * select(vec4f(reference.inverse), vec4f(reference_positive.inverse), positive);
}

// Scores from bounds.x to bounds.y stay; the lower end is out of reach where only the upper side counts.
fn z_bounds() -> vec2f {
  return vec2f(select(-settings.threshold, -3.4e38, flag(UPPER_SIDE)), settings.threshold);
}

fn within(z: vec4f, bounds: vec2f) -> vec4<bool> {
  return (z >= vec4f(bounds.x)) & (z <= vec4f(bounds.y));
}

fn score(workgroup: u32, lane: u32) {
  let spot = spot_of(workgroup, lane);
  var reference = Reference(0.0, 0.0);
  var reference_positive = reference;
  var poisoned = false;
  var odd = 0u;
  if (MASKED && CLASSES == 1u) {
    let moments = merged_moments(0u, lane);
    let statistics = replace_by_given(statistics_of(moments), 0u);
    odd = moments.tail.y;
    poisoned = statistics.x == NAN_BITS;
    reference = reference_of(select(statistics, vec4u(0u), vec4<bool>(poisoned)));
    if (workgroup == 0u && lane == 0u) {
      scratch[statistics_slot(0u)].head = statistics;
    }
  } else if (MASKED) {
    poisoned = scratch[header_slot()].head.z != 0u;
    odd = scratch[header_slot()].head.w;
    let group = CLASSES * min(spot.column, settings.columns - 1u);
    if (!poisoned) {
      reference = reference_of(scratch[statistics_slot(group)].head);
      reference_positive = reference_of(scratch[statistics_slot(group + 1u)].head);
    }
  }
  let propagate = !flag(OMIT);
  var factor = vec4f(1.0);
  if (flag(SUM) && !flag(UNSCALED)) {
    factor = vec4f(upstream_scalar());
  }

  var sums = vec2f(0.0);  // loss and weight
  var kept_count = 0u;
  var broken_count = 0u;
  var invalid_count = 0u;
  var inliers = vec2u(0u);
  var row = spot.row;
  while (row < spot.end) {
    let stop = min(row + RUN * spot.step, spot.end);
    let quick = quick_score(row, select(quick_stop(row, stop, spot.step), row, odd > 0u), spot, reference, reference_positive, factor);
    if (quick.sound) {
      sums += quick.sums;
      kept_count += quick.kept;
      inliers += quick.inliers;
      row = stop;
    }
    var near = vec2f(0.0);
    for (; row < stop; row += spot.step) {
      let start = sample_start(row, spot.column);
      let inside = row + vec4u(0u, 1u, 2u, 3u) < vec4u(settings.rows);
      let quad = sample_quad(row, spot.column);
      var kept = quad.usable;
      var z = vec4f(0.0);
      if (MASKED) {
        z = select(vec4f(0.0), z_of(quad.scored, quad.positive, reference, reference_positive), quad.usable);
        kept &= within(z, z_bounds()) & vec4<bool>(!poisoned);
      }
      let counted = kept | (quad.broken & vec4<bool>(propagate && !MASKED));
      let terms = select(vec4f(0.0), quad.weight * quad.loss, kept);
      near += vec2f(dot(terms, vec4f(1.0)), dot(select(vec4f(0.0), quad.weight, counted), vec4f(1.0)));
      kept_count += count(counted);
      broken_count += count(quad.broken);
      invalid_count += dot(quad.invalid, vec4u(1u));
      if (CLASSES > 1u) {
        inliers += vec2u(count(kept & !quad.positive), count(kept & quad.positive));
      }

      // NaN leaves as bits, and only here.
      let spoiled = vec4<bool>(poisoned) | (quad.broken & vec4<bool>(propagate));
      let entry = select(quad.weight * quad.loss, quad.loss, MASKED);
      write_per_sample(start, sample_stride(), inside, select(bitcast<vec4u>(select(vec4f(0.0), entry, quad.usable)), vec4u(NAN_BITS), quad.broken & vec4<bool>(propagate)));
      write_losses(start, sample_stride(), inside, select(bitcast<vec4u>(terms), vec4u(NAN_BITS), spoiled));
      let scored = quad.usable | (quad.broken & vec4<bool>(propagate));
      write_z(start, sample_stride(), inside, select(bitcast<vec4u>(z), vec4u(NAN_BITS), scored & vec4<bool>(poisoned)));
      write_mask(start, sample_stride(), inside, select(vec4u(0u), vec4u(1u), kept));
      keep_sample(row, kept);
      if (ELEMENTWISE && WRITES_GRADIENT) {
        let pull = select(vec4f(0.0), quad.weight * quad.slope * factor * bitcast<vec4f>(upstream_at(start, sample_stride())), kept);
        write_gradient(start, sample_stride(), inside, select(bitcast<vec4u>(pull), vec4u(NAN_BITS), spoiled));
      }
    }
    sums += near;
  }

  let own = Item(vec4u(bitcast<vec2u>(sums), kept_count, broken_count), vec4u(invalid_count, 0u, 0u, 0u));
  let total = reduce(ADD, own, lane, lane, WORKGROUP_SIZE, 1u);
  if (lane == 0u) {
    scratch[sums_slot(settings.first_slice * settings.tiles + workgroup)] = total;
  }
  if (CLASSES > 1u && COUNTS_INLIERS) {
    // The slice's moments have been merged, so their place is free for its inliers.
    let members = reduce(ADD, Item(vec4u(0u, 0u, inliers), vec4u(0u)), lane, spot.position, lanes_per_column(), settings.tile_columns);
    if (spot.position == 0u && spot.column < settings.columns) {
      let group = CLASSES * spot.column;
      let slice = settings.first_slice + workgroup / settings.tiles;
      scratch[moments_slot(slice, group)].head.x = members.head.z;
      scratch[moments_slot(slice, group + 1u)].head.x = members.head.w;
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn score_main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let workgroup = id.x + id.y * grid.x;
  if (workgroup < settings.tiles * settings.slices) {
    score(workgroup, lane);
  }
}
