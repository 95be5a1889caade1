// Looks at the data: keys are made once, and then counted by digit, until median and median distance are known.

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

// Which keys are counted: all; all, and those that are found are listed; or those in the list.
const ALL = 0u;
const LISTING = 1u;
const LISTED = 2u;

fn listed_keys(spot: Spot, place: u32) -> vec4u {
  let slot = list_slot(spot, place);
  return vec4u(atomicLoad(&bins[slot]), atomicLoad(&bins[slot + 1u]), atomicLoad(&bins[slot + 2u]), atomicLoad(&bins[slot + 3u]));
}

// Puts keys at the end of a lane's list, and returns where it ends then.
fn list_keys(spot: Spot, end: u32, there: vec4<bool>, keys: vec4u) -> u32 {
  let counts = vec4u(there);
  let places = end + vec4u(0u, counts.x, counts.x + counts.y, counts.x + counts.y + counts.z);
  if (there.x) { atomicStore(&bins[list_slot(spot, places.x)], keys.x); }
  if (there.y) { atomicStore(&bins[list_slot(spot, places.y)], keys.y); }
  if (there.z) { atomicStore(&bins[list_slot(spot, places.z)], keys.z); }
  if (there.w) { atomicStore(&bins[list_slot(spot, places.w)], keys.w); }
  return places.w + counts.w;
}

fn close_list(spot: Spot, end: u32) {
  let room = (spot.end - spot.row + spot.step - 1u) / spot.step * 4u;
  _ = list_keys(spot, end, vec4u(0u, 1u, 2u, 3u) < vec4u(min(4u - end % 4u, room - end)), vec4u(ABSENT));
}

// What a count has found: which keys, and ~ those that are above the ones in question, else 0.
struct Tally {
  found: vec4<bool>,
  above: vec4u,
}

// Counts by a digit, of numbers or of distances.
fn count_quad(search: Search, groups: vec4u, keys: vec4u, distances: bool) -> Tally {
  var sought = keys;
  if (distances) {
    sought = select(bitcast<vec4u>(distances_of(values_of(keys), search.center).near), keys, keys == vec4u(ABSENT));
  }
  let known = sought & vec4u(search.known);
  var found = known == search.prefix;
  // Of numbers, no prefix of 11 bits is that of absent keys.
  if (distances || BITS < 9u) {
    found &= keys != vec4u(ABSENT);
  }
  add_to_bins(groups, found, (sought & vec4u(~search.known)) >> vec4u(search.shift), 1u);
  // The last digit asks what is next above; of a list, all digits do.
  let skips = select(0xffffffffu, 0u, LISTS || search.digit + 1u == DIGITS);
  return Tally(found, select(vec4u(), ~sought, known > (search.prefix | vec4u(skips))));
}

// One of these loops runs: a branch would cost software adapters all ways in every turn.
fn count_samples(spot: Spot, distances: bool, way: u32) {
  var search = search_in(vec4u());
  let own_way = select(ALL, min(search.digit, LISTED), LISTS);
  if (search.distances != distances || own_way != way || spot.row >= spot.end) {
    return;
  }
  var above = vec4u();
  var listed = 0u;
  var end = spot.end;
  for (var row = spot.row; row < end; row += spot.step) {
    if (GROUPS > 1u) {
      let groups = known_groups_at(row, spot.column);
      search.prefix = words_of(groups, PREFIX);
      search.center = centers_of(groups);
      raise_words(groups, ABOVE, count_quad(search, groups, keys_at(row, spot.column), distances).above);
    } else if (way == LISTED) {
      let keys = listed_keys(spot, listed);
      above = max(above, count_quad(search, vec4u(), keys, distances).above);
      listed += 4u;
      end = select(end, row, keys.w == ABSENT);
    } else {
      let keys = keys_at(row, spot.column);
      let tally = count_quad(search, vec4u(), keys, distances);
      above = max(above, tally.above);
      if (way == LISTING) {
        listed = list_keys(spot, listed, tally.found, keys);
      }
    }
  }
  if (GROUPS == 1u) {
    raise_words(vec4u(), ABOVE, above);
  }
  if (way == LISTING) {
    close_list(spot, listed);
  }
}

fn pass_accumulate_counts(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_rounding();
  let spot = spot_of(workgroup, lane);
  if (LISTS) {
    count_samples(spot, false, LISTING);
    count_samples(spot, false, LISTED);
    count_samples(spot, true, LISTING);
    count_samples(spot, true, LISTED);
  } else {
    count_samples(spot, false, ALL);
  }
  count_samples(spot, true, ALL);
  share_bins(lane);
}

fn note_odd(group: u32, odd: u32, poison: u32) {
  atomicAdd(&bins[group * WORDS + ODD], odd);
  atomicAdd(&bins[group * WORDS + POISON], poison);
}

// Makes the keys of part of a run, and counts their first digits. Without care it says whether they can stay: not if a sample is odd.
fn make_keys(first: u32, stop: u32, spot: Spot, care: bool) -> bool {
  let shift = vec4u(shift_of(0u));
  var odd = vec4u();
  for (var row = first; row < stop; row += spot.step) {
    let start = sample_start(row, spot.column);
    let quad = sample_quad(row, start, care);
    let keys = select(vec4u(ABSENT), keys_of(quad.losses.scored), quad.used);
    let groups = known_groups_at(row, spot.column);
    write_keys(start, sample_stride(), below(row, settings.rows) | vec4<bool>(!care), keys);
    add_to_bins(groups, quad.used, keys >> shift, 1u);
    if (!care) {
      odd |= quad.odd | full_exponent(bitcast<vec4u>(quad.losses.loss)) | full_exponent(bitcast<vec4u>(quad.losses.scored));
    } else if (any(quad.broken) || quad.invalid > 0u) {
      let broken = count_of(quad.broken);
      note_odd(GROUPS, broken + quad.invalid, select(broken, 0u, OMITS));
      for (var k = 0u; k < 4u; k++) {
        if (quad.broken[k]) {
          note_odd(groups[k], 1u, select(1u, 0u, OMITS));
        }
      }
    }
  }
  return first < stop && !is_odd(odd);
}

// Takes back what has been counted of keys that cannot stay.
fn uncount(first: u32, stop: u32, spot: Spot) {
  for (var row = first; row < stop; row += spot.step) {
    let keys = read_keys(sample_start(row, spot.column), sample_stride());
    let groups = known_groups_at(row, spot.column);
    add_to_bins(groups, keys != vec4u(ABSENT), keys >> vec4u(shift_of(0u)), 0xffffffffu);
  }
}

// The first look.
fn pass_accumulate_keys(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_samples(workgroup, lane);
  let spot = spot_of(workgroup, lane);
  for (var row = spot.row; row < spot.end; row += RUN * spot.step) {
    let stop = min(row + RUN * spot.step, spot.end);
    let quick = quick_stop(row, stop, spot.step);
    let sound = make_keys(row, quick, spot, false);
    uncount(row, select(quick, row, sound), spot);
    _ = make_keys(select(row, stop, sound), stop, spot, true);
  }
  share_bins(lane);
}

// Distances of a group whose median distance is 0 are added up, exactly, in units of 2^-23 of the power of two below the largest.
fn add_distance(group: u32, distance: f32) {
  let scale = 23 + 127 - i32(word_of(group, MOST));
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
  let away = distances_of(values_of(keys), centers_of(groups));
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
  prepare_rounding();
  let spot = spot_of(workgroup, lane);
  let lower = word_of(0u, LOWER);
  let upper = word_of(0u, UPPER);
  var end = spot.end;
  if (GROUPS == 1u && upper > 0u) {
    end = select(end, spot.row, lower == upper);
    if (LISTS && lower >> shift_of(0u) == upper >> shift_of(0u)) {
      for (var listed = 0u; spot.row + listed / 4u * spot.step < end; listed += 4u) {
        let keys = listed_keys(spot, listed);
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
