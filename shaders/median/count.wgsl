// Looks at keys that have been made: counts them by the next digit.

// Which keys are counted: all; all, and those that are found are listed; or those in the list.
const ALL = 0u;
const LISTING = 1u;
const LISTED = 2u;

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
  let own_way = select(ALL, min(search.digit, LISTED), has_list());
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
  }
  count_samples(spot, false, ALL);
  count_samples(spot, true, ALL);
  share_bins(lane);
}
