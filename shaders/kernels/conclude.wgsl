// Adds up the sums of all workgroups: loss, counts and the scale of the gradient. Every workgroup of the last pass does so
// by itself; the first one writes the figures.

struct Conclusion {
  scale: f32,
  spoiled: bool,  // the whole gradient is NaN
}

fn conclude(writes: bool, lane: u32) -> Conclusion {
  let workgroups = settings.all_slices * settings.tiles;
  var total = no_item();
  for (var i = lane; i < workgroups; i += WORKGROUP_SIZE) {
    total = add(total, scratch[sums_slot(i)]);
  }
  total = reduce(ADD, total, lane, lane, WORKGROUP_SIZE, 1u);
  let sums = total.head;
  let weight = bitcast<f32>(sums.y);
  let spoiled = sums.w > 0u && !flag(OMIT);
  let empty = flag(MEAN) && weight == 0.0;
  let share = select(1.0, select(1.0 / weight, 0.0, empty), flag(MEAN));
  let scale = share * select(1.0, upstream_scalar(), flag(MEAN) || flag(SUM));
  // Under "sum" and "none" without a mask only the broken sample's own gradient is NaN, and the score pass has written that.
  let all_spoiled = spoiled && (MASKED || flag(MEAN));
  if (writes && lane == 0u) {
    let loss = select(bitcast<u32>(bitcast<f32>(sums.x) * share), NAN_BITS, spoiled);
    let counted = select(sums.z, 0u, empty);
    write_loss(loss);
    write_summary(loss, sums.y, select(bitcast<u32>(scale), NAN_BITS, all_spoiled), counted, total.tail.x, sums.w);
    if (MASKED && CLASSES == 1u) {
      write_statistics(0u, vec4u(scratch[statistics_slot(0u)].head.xyz, sums.z));
    }
  }
  return Conclusion(scale, all_spoiled);
}

// With statistics per class: the inliers of every group, from those of its slices.
fn publish_groups(workgroup: u32, workgroups: u32, lane: u32) {
  if (CLASSES > 1u && COUNTS_INLIERS) {
    let poisoned = scratch[header_slot()].head.z != 0u;
    for (var group = workgroup; group < settings.groups; group += workgroups) {
      var inliers = 0u;
      for (var slice = lane; slice < settings.all_slices; slice += WORKGROUP_SIZE) {
        inliers += scratch[moments_slot(slice, group)].head.x;
      }
      let total = reduce(ADD, Item(vec4u(0u, 0u, inliers, 0u), vec4u(0u)), lane, lane, WORKGROUP_SIZE, 1u);
      let statistics = scratch[statistics_slot(group)].head;
      if (lane == 0u) {
        let spoiled = poisoned && statistics.z > 0u;
        write_statistics(group, vec4u(select(statistics.xy, vec2u(NAN_BITS), vec2<bool>(spoiled)), statistics.z, total.head.z));
      }
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn publish_main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let conclusion = conclude(id.x == 0u, lane);
  publish_groups(id.x, grid.x, lane);
}
