// The last look: what digits do not tell.

// Distances of a group whose median distance is 0 are added up, exactly, in units of 2^-23 of the power of two below the largest.
fn add_distance(group: u32, distance: f32) {
  let scale = 23 + 127 - i32(word_of(group, LARGEST));
  let units = u32(distance * power_of_two(scale / 2) * power_of_two(scale - scale / 2));
  let before = atomicAdd(&bins[group * WORDS + SUM], units);
  if (before > 0xffffffffu - units) {
    atomicAdd(&bins[group * WORDS + CARRY], 1u);
  }
}

// At what decides the last bit of the mean of two distances, and at distances where most of them are 0.
fn look_at_rests(keys: vec4u, groups: vec4u) {
  let lower = words_of(groups, LOWER);
  let upper = words_of(groups, UPPER);
  let away = distances_of(values_of(keys), aim_of(groups));
  let bits = bitcast<vec4u>(away.near);
  let there = keys != vec4u(ABSENT);
  let low = (bits == lower) & (lower < upper) & there;
  let high = (bits == upper) & (lower < upper) & there;
  let flat = (upper == vec4u()) & there;
  // Rare, and so a loop: that is what software adapters skip.
  for (var some = any(low | high | flat); some; some = false) {
    let rests = keys_of(away.rest);
    raise_words(groups, LOWER_REST, select(vec4u(), rests, low));
    raise_words(groups, UPPER_REST, select(vec4u(), ~rests, high));
    for (var k = 0u; k < 4u; k++) {
      if (flat[k] && bits[k] > 0u) {
        add_distance(groups[k], away.near[k]);
      }
    }
  }
}

// The last look. A single group has no need of it where both are equal, and a list that holds both will do.
fn pass_accumulate_rests(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_aim();
  let spot = spot_of(workgroup, lane);
  let lower = word_of(0u, LOWER);
  let upper = word_of(0u, UPPER);
  var end = spot.end;
  if (GROUPS == 1u && upper > 0u) {
    end = select(end, spot.row, lower == upper);
    if (LISTS && upper <= word_of(0u, MOST_KEY)) {
      var list = list_of(spot);
      for (var row = spot.row; row < end; row += spot.step) {
        let keys = listed_keys(list);
        list += 4u;
        look_at_rests(keys, vec4u());
        end = select(end, spot.row, keys.w == ABSENT);
      }
      return;
    }
  }
  for (var row = spot.row; row < end; row += spot.step) {
    look_at_rests(keys_at(row, spot.column), known_groups_at(row, spot.column));
  }
}
