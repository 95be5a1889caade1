// Looks at keys that have been made: counts them by the next digit.

// Which keys are counted: all; all, and those in question are listed; those in the list; or none, for the search is over.
const ALL = 0u;
const LISTING = 1u;
const LISTED = 2u;
const OVER = 3u;

// What a count has found: which keys are in question, ~ those that are above them, else 0, and how many are below.
struct Tally {
  found: vec4<bool>,
  above: vec4u,
  below: vec4u,
}

// Counts by a digit, of the keys of samples from a row on, or of those of the second search.
fn count_quad(search: Search, groups: vec4u, keys: vec4u, row: u32, second: bool) -> Tally {
  var sought = keys;
  if (second) {
    sought = second_keys(keys, row, search.aim);
  }
  let away = sought - search.base;
  var found = away <= vec4u(search.span);
  // No digit of 11 bits of a number is that of an absent key.
  if (second || BITS < 9u) {
    found &= sought != vec4u(ABSENT);
  }
  add_to_bins(groups, found, away >> vec4u(search.shift), 1u);
  // A look at a list does not see what is above, so that has to be known by then; several groups ask in their last look only.
  let asks = SEEKS_UPPER && (GROUPS == 1u || search.digit + 1u == DIGITS);
  let above = (sought > search.base + vec4u(search.span)) & vec4<bool>(asks);
  return Tally(found, select(vec4u(), ~sought, above), select(vec4u(), vec4u(1u), sought < search.base));
}

// One of these loops runs: a branch would cost software adapters all ways in every turn.
fn count_samples(spot: Spot, second: bool, way: u32) {
  var search = search_in(vec4u());
  if (search.second != second || search.way != way || spot.row >= spot.end) {
    return;
  }
  var above = vec4u();
  var below = vec4u();
  var listed = 0u;
  var end = spot.end;
  for (var row = spot.row; row < end; row += spot.step) {
    if (GROUPS > 1u) {
      let groups = known_groups_at(row, spot.column);
      search.base = words_of(groups, BASE);
      search.aim = aim_of(groups);
      raise_words(groups, ABOVE, count_quad(search, groups, keys_at(row, spot.column), row, second).above);
    } else if (way == LISTED) {
      let keys = listed_keys(spot, listed);
      above = max(above, count_quad(search, vec4u(), keys, row, second).above);
      listed += 4u;
      end = select(end, row, keys.w == ABSENT);
    } else {
      let keys = keys_at(row, spot.column);
      let tally = count_quad(search, vec4u(), keys, row, second);
      above = max(above, tally.above);
      below += tally.below;
      if (way == LISTING) {
        listed = list_keys(spot, listed, tally.found, keys);
      }
    }
  }
  if (GROUPS == 1u) {
    raise_words(vec4u(), ABOVE, above);
    if (second && search.digit == 0u) {
      atomicAdd(&bins[BELOW], dot(below, vec4u(1u)));
    }
  }
  if (way == LISTING) {
    close_list(spot, listed);
  }
}

fn pass_accumulate_counts(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_aim();
  let spot = spot_of(workgroup, lane);
  if (LISTS) {
    count_samples(spot, false, LISTING);
    count_samples(spot, false, LISTED);
  }
  if (LISTS && LISTS_SECOND) {
    count_samples(spot, true, LISTING);
    count_samples(spot, true, LISTED);
  }
  count_samples(spot, false, ALL);
  count_samples(spot, true, ALL);
  share_bins(lane);
}
