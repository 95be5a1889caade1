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
  return select(word_of(0u, SHIFT), FIRST_SHIFT, step == 0u && word_of(0u, LOOKS_AT) == ALL);
}

// The first look of a search that begins with a guess.
fn is_guess(step: u32, way: u32) -> bool {
  return LISTS && step % DIGITS == 0u && way == LISTING;
}

fn search_in(groups: vec4u) -> Search {
  let step = word_of(0u, STEP);
  let shift = shift_at(step);
  let way = word_of(0u, LOOKS_AT);
  let bases = words_of(groups, BASE);
  var span = span_of(shift);
  if (is_guess(step, way)) {
    span = min(span, word_of(0u, MOST_KEY) - bases.x);
  }
  return Search(step % DIGITS, step >= DIGITS, way, shift, span, bases, aim_of(groups));
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

// The same for samples that are nearly all there: branches would cost more than they save.
fn add_most_to_bins(groups: vec4u, there: vec4<bool>, digits: vec4u) {
  let counts = select(vec4u(), vec4u(1u), there);
  add_to_bin(groups.x, digits.x, counts.x);
  add_to_bin(groups.y, digits.y, counts.y);
  add_to_bin(groups.z, digits.z, counts.z);
  add_to_bin(groups.w, digits.w, counts.w);
}

fn most_of(keys: vec4u) -> u32 {
  return max(max(keys.x, keys.y), max(keys.z, keys.w));
}

fn raise_words(groups: vec4u, word: u32, least: vec4u) {
  if (GROUPS == 1u) {
    atomicMax(&bins[word], most_of(least));
    return;
  }
  for (var k = 0u; k < 4u; k++) {
    if (least[k] > 0u) {
      atomicMax(&bins[groups[k] * WORDS + word], least[k]);
    }
  }
}
