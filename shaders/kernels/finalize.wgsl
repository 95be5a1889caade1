// Statistics, part two: merges the slices of every group into mean, standard deviation and n.
// With one group, every workgroup that needs it does so by itself; with many, a dispatch of its own leaves them in scratch.

fn merged_moments(group: u32, lane: u32) -> Item {
  var moments = no_item();
  for (var slice = lane; slice < settings.all_slices; slice += WORKGROUP_SIZE) {
    moments = merge_moments(moments, scratch[moments_slot(slice, group)]);
  }
  return reduce(MERGE, moments, lane, lane, WORKGROUP_SIZE, 1u);
}

// A NaN in any group spoils all of them, and odd samples anywhere forbid the quick way; the header says so.
fn write_header(lane: u32) {
  var poisoned = 0u;
  var odd = 0u;
  for (var i = lane; i < settings.all_slices * settings.groups; i += WORKGROUP_SIZE) {
    poisoned |= select(0u, 1u, scratch[i].head.w == POISON);
    odd += scratch[i].tail.y;
  }
  let total = reduce(ADD, Item(vec4u(0u, 0u, poisoned, odd), vec4u(0u)), lane, lane, WORKGROUP_SIZE, 1u);
  if (lane == 0u) {
    scratch[header_slot()] = total;
  }
}

fn finalize(workgroup: u32, workgroups: u32, lane: u32) {
  if (workgroup == 0u) {
    write_header(lane);
  }
  if (settings.all_slices == 1u) {
    // Nothing to merge: a lane per group.
    for (var group = workgroup * WORKGROUP_SIZE + lane; group < settings.groups; group += workgroups * WORKGROUP_SIZE) {
      scratch[statistics_slot(group)].head = replace_by_given(statistics_of(scratch[moments_slot(0u, group)]), group);
    }
    return;
  }
  for (var group = workgroup; group < settings.groups; group += workgroups) {
    let moments = merged_moments(group, lane);
    if (lane == 0u) {
      scratch[statistics_slot(group)].head = replace_by_given(statistics_of(moments), group);
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn finalize_main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  finalize(id.x, grid.x, lane);
}
