// Several groups: a dispatch of its own merges the slices and leaves the statistics in scratch.

fn header_slot() -> u32 {
  return statistics_slot(settings.groups);
}

// A NaN in any group spoils all of them, and odd samples anywhere forbid the quick way; the header says so.
fn write_header(lane: u32) {
  var header = Item();
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
    var inliers = Item();
    for (var slice = lane; slice < settings.all_slices; slice += WORKGROUP_SIZE) {
      inliers.counts.x += scratch[moments_slot(slice, group)].counts.x;
    }
    inliers = reduce_all(ADD, inliers, lane);
    if (lane == 0u) {
      publish_statistics(group, poisoned, inliers.counts.x);
    }
  }
}
