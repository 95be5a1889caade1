// Where a search stands, and the keys that it looks at. A second search may follow the first one, for other keys of the same samples.

// What is being searched for, in the groups of four samples.
struct Search {
  digit: u32,
  second: bool,
  way: u32,
  shift: u32,
  span: u32,
  base: vec4u,
  aim: Aim,      // what the keys of the second search depend on
}

fn words_of(groups: vec4u, word: u32) -> vec4u {
  if (GROUPS == 1u) {
    return vec4u(word_of(0u, word));
  }
  return vec4u(word_of(groups.x, word), word_of(groups.y, word), word_of(groups.z, word), word_of(groups.w, word));
}

// Bits of a key below the digit that is counted by. Several groups are at the same one, those that are empty as well.
fn shift_at(step: u32) -> u32 {
  if (GROUPS > 1u) {
    return u32(max(0, 32 - i32(BITS * (step % DIGITS + 1u))));
  }
  return select(word_of(0u, SHIFT), FIRST_SHIFT, step == 0u);
}

fn search_in(groups: vec4u) -> Search {
  let step = word_of(0u, STEP);
  let shift = shift_at(step);
  return Search(step % DIGITS, step >= DIGITS, word_of(0u, LOOKS_AT), shift, span_of(shift), words_of(groups, BASE), aim_of(groups));
}

fn keys_at(row: u32, column: u32) -> vec4u {
  let keys = read_keys(sample_start(row, column), sample_stride());
  return select(vec4u(ABSENT), keys, below(row, settings.rows));
}

// Of samples that are not there, whatever they are, one that exists.
fn known_groups_at(row: u32, column: u32) -> vec4u {
  return min(groups_at(row, column), vec4u(GROUPS - 1u));
}

fn add_to_bins(groups: vec4u, there: vec4<bool>, digits: vec4u, count: u32) {
  if (there.x) { add_to_bin(groups.x, digits.x, count); }
  if (there.y) { add_to_bin(groups.y, digits.y, count); }
  if (there.z) { add_to_bin(groups.z, digits.z, count); }
  if (there.w) { add_to_bin(groups.w, digits.w, count); }
}

fn raise_words(groups: vec4u, word: u32, least: vec4u) {
  if (GROUPS == 1u) {
    atomicMax(&bins[word], max(max(least.x, least.y), max(least.z, least.w)));
    return;
  }
  for (var k = 0u; k < 4u; k++) {
    if (least[k] > 0u) {
      atomicMax(&bins[groups[k] * WORDS + word], least[k]);
    }
  }
}
