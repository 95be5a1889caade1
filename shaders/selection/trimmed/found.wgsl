// What has been found: the cutoff, and who stays with it. With a given cutoff, everybody does.

fn found_in(group: u32) -> vec2f {
  return vec2f(bitcast<f32>(word_of(group, CUTOFF)), 0.0);
}

fn last_in(group: u32) -> u32 {
  return select(word_of(group, LAST), ABSENT, HAS_givenStatistics);
}

fn pass_accumulate_rests(workgroup: u32, workgroups: u32, lane: u32) {}
