// The end of a search: deviations, and statistics as the score pass finds them.

// Times 1.4826 as if with unlimited digits, rounded once: products of halves are exact (Dekker).
fn deviation_of(distance: f32) -> f32 {
  let product = distance * 1.4826f;
  let upper = bitcast<f32>(bitcast<u32>(distance) & 0xfffff000u);
  let lower = distance - upper;
  let high = 1.482421875f;         // the upper half of 1.4826,
  let low = 1.4826f - high;        // the lower one,
  let rest = 2.6321411e-8f;        // and what float32 leaves out
  let lost = ((upper * high - product) + upper * low + lower * high) + lower * low;
  return product + (lost + distance * rest);
}

// 1.4826 times the median distance; where that is 0 without anything added to it, 1.2533 times the mean distance.
fn deviation_in(group: u32) -> f32 {
  let distances = bitcast<vec2f>(vec2u(word_of(group, LOWER), word_of(group, UPPER)));
  if (distances.y > 0.0) {
    if (distances.x == distances.y) {
      return deviation_of(distances.x);
    }
    let middle = middle_of(distances.x, distances.y);
    let rests = value_of(word_of(group, LOWER_REST)) + value_of(~word_of(group, UPPER_REST));
    return deviation_of(middle.x + (middle.y + 0.5 * rests));
  }
  let sum = f32(word_of(group, CARRY)) * 4294967296.0 + f32(word_of(group, SUM));
  let scale = i32(word_of(group, MOST)) - 127 - 23;
  let mean = sum / f32(max(word_of(group, COUNT), 1u)) * power_of_two(scale / 2) * power_of_two(scale - scale / 2);
  return select(1.2533 * mean, 0.0, settings.eps > 0.0);
}

// Leaves the statistics of all groups in scratch, and nothing behind.
fn pass_finalize_median(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_rounding();
  for (var group = workgroup * WORKGROUP_SIZE + lane; group < GROUPS; group += workgroups * WORKGROUP_SIZE) {
    let counts = vec4u(word_of(group, COUNT), word_of(group, ODD), 0u, word_of(group, POISON));
    var statistics = Item(vec4f(bitcast<f32>(word_of(group, CENTER)), deviation_in(group), 0.0, 0.0), counts);
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
