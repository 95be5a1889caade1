// A guess, by the keys of a few thousand samples, between which keys a search will end, so that the first look lists only those. Whether
// it was right is seen when they are counted; if not, the search begins anew with all keys.

const GUESSED_BITS = 12u;  // lower bits of a key that do not matter

// Of the batch as a whole: chunks do not see each other's keys.
fn guesses() -> bool {
  return has_list() && settings.slices == settings.all_slices;
}

// Quads of the sample.
fn sampled() -> u32 {
  return min(settings.rows / 64u, 1024u);
}

var<workgroup> lane_sums: array<vec2u, select(1u, WORKGROUP_SIZE, LISTS)>;

fn sum_of_lanes(own: vec2u, lane: u32) -> vec2u {
  lane_sums[lane] = own;
  workgroupBarrier();  // all are there
  var sum = vec2u();
  for (var other = 0u; other < WORKGROUP_SIZE; other++) {
    sum += lane_sums[other];
  }
  workgroupBarrier();  // all have been read
  return sum;
}

// How many keys of the sample, or distances from a centre, are less than two others.
fn sampled_below(others: vec2u, center: Aim, second: bool, lane: u32) -> vec2u {
  var first = vec4u();
  var last = vec4u();
  let apart = settings.rows / 4u / sampled();
  for (var quad = lane; quad < sampled(); quad += WORKGROUP_SIZE) {
    var keys = keys_at(4u * apart * quad, 0u);
    if (second) {
      keys = second_keys(keys, 0u, center);
    }
    first += select(vec4u(), vec4u(1u), keys < vec4u(others.x));
    last += select(vec4u(), vec4u(1u), keys < vec4u(others.y));
  }
  return sum_of_lanes(vec2u(dot(first, vec4u(1u)), dot(last, vec4u(1u))), lane);
}

fn pass_accumulate_guess(workgroup: u32, workgroups: u32, lane: u32) {
  if (!LISTS || workgroup > 0u || !guesses()) {
    return;
  }
  prepare_aim();
  let step = word_of(0u, STEP);
  let second = step == DIGITS;
  let center = aim_of(vec4u());
  let count = sampled_below(vec2u(ABSENT), center, second, lane).x;
  // A rank among so few may mislead by its standard deviation, half their root: four times that is enough but for bad luck.
  let rank = first_rank(count);
  let slack = u32(2.0 * sqrt(f32(count))) + 1u;
  let ranks = vec2u(rank - min(rank, slack), rank + slack);
  var found = vec2u();
  for (var bit = 1u << 31u; bit >= 1u << GUESSED_BITS; bit >>= 1u) {
    let tried = found | vec2u(bit);
    found = select(found, tried, sampled_below(tried, center, second, lane) <= ranks);
  }
  // Where the sample has none beyond, others may be.
  let least = select(found.x, 0u, rank < slack);
  let most = select(found.y | ((1u << GUESSED_BITS) - 1u), ABSENT - 1u, ranks.y >= count);
  if (lane > 0u || step % DIGITS > 0u || word_of(0u, LOOKS_AT) == OVER || (second && (least == 0u || !LISTS_SECOND))) {
    return;
  }
  let bits = 32u - countLeadingZeros(most - least);
  look_next(0u, least, max(bits, BITS) - BITS, LISTING);
  set_word(0u, MOST_KEY, most);
}
