// Looks at keys that have been made: counts them by the next digit.

// Which keys are counted: all; those in a list that is made before; those in the list that is there; or none, for the search is over.
const ALL = 0u;
const LISTING = 1u;
const LISTED = 2u;
const OVER = 3u;

// What a count has found: ~ the keys above those in question, else 0, and how many are below.
struct Tally {
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
  let found = (away <= vec4u(search.span)) & (sought != vec4u(ABSENT));
  add_to_bins(groups, found, away >> vec4u(search.shift), 1u);
  // A look at a list does not see what is above, so that has to be known by then; several groups ask in their last look only.
  let asks = SEEKS_UPPER && (GROUPS == 1u || search.digit + 1u == DIGITS);
  let above = (sought > search.base + vec4u(search.span)) & vec4<bool>(asks);
  return Tally(select(vec4u(), ~sought, above), select(vec4u(), vec4u(1u), sought < search.base));
}

// One of these loops runs: a branch would cost software adapters all ways in every turn.
fn count_samples(spot: Spot, second: bool, lists: bool) {
  var search = search_in(vec4u());
  let listed = search.way == LISTING || search.way == LISTED;
  if (search.second != second || lists != listed || search.way == OVER || spot.row >= spot.end) {
    return;
  }
  var above = vec4u();
  var below = vec4u();
  var list = list_of(spot);
  var end = spot.end;
  for (var row = spot.row; row < end; row += spot.step) {
    if (GROUPS > 1u) {
      let groups = known_groups_at(row, spot.column);
      search.base = words_of(groups, BASE);
      search.aim = aim_of(groups);
      raise_words(groups, ABOVE, count_quad(search, groups, keys_at(row, spot.column), row, second).above);
      continue;
    }
    var keys: vec4u;
    if (lists) {
      keys = listed_keys(list);
      list += 4u;
      end = select(end, row, keys.w == ABSENT);
    } else {
      keys = keys_at(row, spot.column);
    }
    let tally = count_quad(search, vec4u(), keys, row, second);
    above = max(above, tally.above);
    below += tally.below;
  }
  if (GROUPS == 1u) {
    raise_words(vec4u(), ABOVE, above);
    if (second && search.digit == 0u) {
      atomicAdd(&bins[BELOW], dot(below, vec4u(1u)));
    }
  }
}

fn pass_accumulate_counts(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_aim();
  let spot = spot_of(workgroup, lane);
  if (LISTS) {
    list_samples(spot, false);
    count_samples(spot, false, true);
  }
  if (LISTS && LISTS_SECOND) {
    list_samples(spot, true);
    count_samples(spot, true, true);
  }
  count_samples(spot, false, false);
  count_samples(spot, true, false);
  share_bins(lane);
}
