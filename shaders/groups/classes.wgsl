// A group for every column and class 0 or 1. A dispatch of its own merges the slices and leaves the statistics in scratch.

const CLASSES = 2u;

fn header_slot() -> u32 {
  return statistics_slot(settings.groups);
}

// What samples are scored against, by class.
struct References {
  header: Item,  // counts of all groups: odd samples in y, poison in w
  mean: vec2f,
  inverse: vec2f,
}

fn references_of(workgroup: u32, spot: Spot, lane: u32) -> References {
  let group = statistics_slot(CLASSES * min(spot.column, settings.columns - 1u));
  let first = scratch[group];
  let second = scratch[group + 1u];
  return References(
    scratch[header_slot()], vec2f(first.values.x, second.values.x), vec2f(inverse_of(first), inverse_of(second)));
}

fn z_of(scored: vec4f, positive: vec4<bool>, references: References) -> vec4f {
  return (scored - select(vec4f(references.mean.x), vec4f(references.mean.y), positive))
    * select(vec4f(references.inverse.x), vec4f(references.inverse.y), positive);
}

// The slice's moments have been merged, so their place is free for its inliers.
fn store_inliers(sums: Item, spot: Spot, lane: u32) {
  let total = reduce(ADD, sums, lane, spot.position, WORKGROUP_SIZE / settings.tile_columns, settings.tile_columns);
  if (spot.leads) {
    let slot = moments_slot(spot.slice, CLASSES * spot.column);
    scratch[slot].counts.x = total.counts.x - total.counts.w;
    scratch[slot + 1u].counts.x = total.counts.w;
  }
}

// A NaN in any group spoils all of them, and odd samples anywhere forbid the quick way; the header says so.
fn write_header(lane: u32) {
  var header = no_item();
  for (var i = lane; i < settings.all_slices * settings.groups; i += WORKGROUP_SIZE) {
    header.counts += scratch[i].counts;
  }
  header = reduce_all(ADD, header, lane);
  if (lane == 0u) {
    scratch[header_slot()] = header;
  }
}

fn pass_finalize(workgroup: u32, workgroups: u32, lane: u32) {
  if (workgroup == 0u) {
    write_header(lane);
  }
  if (settings.all_slices == 1u) {
    // Nothing to merge: a lane per group.
    for (var group = workgroup * WORKGROUP_SIZE + lane; group < settings.groups; group += workgroups * WORKGROUP_SIZE) {
      scratch[statistics_slot(group)] = replace_by_given(statistics_of(scratch[moments_slot(0u, group)]), group);
    }
    return;
  }
  for (var group = workgroup; group < settings.groups; group += workgroups) {
    let statistics = merged_statistics(group, lane);
    if (lane == 0u) {
      scratch[statistics_slot(group)] = statistics;
    }
  }
}

fn publish_groups(workgroup: u32, workgroups: u32, kept: u32, lane: u32) {
  if (!HAS_statistics) {
    return;
  }
  let poisoned = scratch[header_slot()].counts.w > 0u;
  for (var group = workgroup; group < settings.groups; group += workgroups) {
    var inliers = no_item();
    for (var slice = lane; slice < settings.all_slices; slice += WORKGROUP_SIZE) {
      inliers.counts.x += scratch[moments_slot(slice, group)].counts.x;
    }
    inliers = reduce_all(ADD, inliers, lane);
    if (lane == 0u) {
      publish_statistics(group, poisoned, inliers.counts.x);
    }
  }
}
