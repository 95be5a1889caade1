// Statistics, part two: the moments of all slices of a group become mean and standard deviation.

// Statistics to mask by that the caller gives; the counts and a poison of the batch's own remain.
fn replace_by_given(own: Item, group: u32) -> Item {
  var statistics = own;
  if (HAS_givenStatistics && own.counts.w == 0u) {
    statistics.values = bitcast<vec4f>(read_givenStatistics(4u * group, 1u));
  }
  return statistics;
}

fn merged_statistics(group: u32, lane: u32) -> Item {
  var moments = Item();
  if (SMALL) {  // of the only slice
    moments = scratch[moments_slot(0u, group)];
  } else {
    for (var slice = lane; slice < settings.all_slices; slice += WORKGROUP_SIZE) {
      moments = merge_moments(moments, scratch[moments_slot(slice, group)]);
    }
    moments = reduce_all(MERGE, moments, lane);
  }
  return replace_by_given(statistics_of(moments), group);
}

// As the statistics buffer holds them: mean, standard deviation, n, inliers. In a poisoned batch every group with samples is NaN.
fn publish_statistics(group: u32, poisoned: bool, inliers: u32) {
  let statistics = scratch[statistics_slot(group)];
  let n = statistics.counts.x;
  let spoiled = statistics.counts.w > 0u || (poisoned && n > 0u);
  let values = or_nan(bitcast<vec4u>(statistics.values), vec4<bool>(spoiled));
  write_statistics(4u * group, 1u, vec4<bool>(true), vec4u(values.xy, n, inliers));
}
