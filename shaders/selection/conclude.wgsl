// The end of a search: statistics as the score pass finds them.

// Leaves the statistics of all groups in scratch, and nothing behind.
fn pass_finalize_found(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_aim();
  for (var group = workgroup * WORKGROUP_SIZE + lane; group < GROUPS; group += workgroups * WORKGROUP_SIZE) {
    let counts = vec4u(word_of(group, COUNT), word_of(group, ODD), last_in(group), word_of(group, POISON));
    var statistics = Item(vec4f(found_in(group), 0.0, 0.0), counts);
    if (GROUPS == 1u) {
      statistics.counts.y = word_of(GROUPS, ODD);
    }
    scratch[statistics_slot(group)] = replace_by_given(statistics, group);
    for (var word = 0u; word < WORDS; word++) {
      set_word(group, word, 0u);
    }
  }
  if (workgroup == 0u && lane == 0u) {
    if (GROUPS > 1u) {
      scratch[statistics_slot(GROUPS)] = Item(vec4f(), vec4u(0u, word_of(GROUPS, ODD), 0u, word_of(GROUPS, POISON)));
    }
    set_word(GROUPS, ODD, 0u);
    set_word(GROUPS, POISON, 0u);
  }
}

fn batch_statistics(workgroup: u32, lane: u32) -> Item {
  return scratch[statistics_slot(0u)];
}
