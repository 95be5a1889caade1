// Where a search for the middle of every group stands, and the keys that it looks at.

// What is being searched for, in the groups of four samples.
struct Search {
  digit: u32,
  distances: bool,  // of distances from the centre, otherwise of numbers
  known: u32,       // bits of the digits before,
  shift: u32,       // and below this one
  prefix: vec4u,
  center: Rounded,
}

fn words_of(groups: vec4u, word: u32) -> vec4u {
  if (GROUPS == 1u) {
    return vec4u(word_of(0u, word));
  }
  return vec4u(word_of(groups.x, word), word_of(groups.y, word), word_of(groups.z, word), word_of(groups.w, word));
}

fn prepare_rounding() {
  nothing = word_of(GROUPS, STEP);
}

fn centers_of(groups: vec4u) -> Rounded {
  return Rounded(bitcast<vec4f>(words_of(groups, CENTER)), bitcast<vec4f>(words_of(groups, REST)));
}

// All groups are at the same digit.
fn search_in(groups: vec4u) -> Search {
  let step = word_of(0u, STEP);
  let digit = step % DIGITS;
  return Search(digit, step >= DIGITS, known_bits(digit), shift_of(digit), words_of(groups, PREFIX), centers_of(groups));
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
