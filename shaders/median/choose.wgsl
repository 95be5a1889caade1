// Between two looks at the data: the bin that holds the middle of a group tells another digit of it.

var<workgroup> lane_counts: array<u32, WORKGROUP_SIZE>;
var<workgroup> chosen: vec3u;  // a bin, how many of its keys come first, and how many it has
var<workgroup> next_bin: atomic<u32>;  // the next one that has any
var<workgroup> last_bin: atomic<u32>;

// The mean of two numbers as the one next to it, and the rest.
fn middle_of(a: f32, b: f32) -> vec2f {
  if (a == b) {
    return vec2f(a, 0.0);
  }
  let sum = two_sum(vec4f(0.5 * a), vec4f(0.5 * b));
  return vec2f(sum.near.x, sum.rest.x);
}

fn value_of(key: u32) -> f32 {
  return values_of(vec4u(key)).x;
}

// All digits are known: of the lower of two middle keys, and of the upper one.
fn settle_middle(group: u32, step: u32, lower: u32, upper: u32) {
  if (step < DIGITS) {
    let center = bitcast<vec2u>(middle_of(value_of(lower), value_of(upper)));
    set_word(group, CENTER, center.x);
    set_word(group, REST, center.y);
  } else {
    set_word(group, LOWER, lower);
    set_word(group, UPPER, upper);
  }
  set_word(group, PREFIX, 0u);
  set_word(group, ABOVE, 0u);
}

fn choose(group: u32, lane: u32) {
  prepare_rounding();
  let step = word_of(group, STEP);
  let digit = step % DIGITS;
  let each = (BINS + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
  let first = min(lane * each, BINS);
  let end = min(first + each, BINS);
  var own = 0u;
  var last = 0u;
  for (var bin = first; bin < end; bin++) {
    let count = count_in_bin(group, bin);
    own += count;
    last = select(last, bin, count > 0u);
  }
  lane_counts[lane] = own;
  if (lane == 0u) {
    atomicStore(&next_bin, BINS);
    atomicStore(&last_bin, 0u);
  }
  workgroupBarrier();  // all counts are in place
  var before = 0u;
  var all = 0u;
  for (var other = 0u; other < WORKGROUP_SIZE; other++) {
    before += select(0u, lane_counts[other], other < lane);
    all += lane_counts[other];
  }
  let count = select(word_of(group, COUNT), all, step == 0u);
  let rank = select(word_of(group, RANK), (max(count, 1u) - 1u) / 2u, digit == 0u);
  if (rank >= before && rank < before + own) {
    var bin = first;
    var left = rank - before;
    while (left >= count_in_bin(group, bin)) {
      left -= count_in_bin(group, bin);
      bin++;
    }
    chosen = vec3u(bin, left, count_in_bin(group, bin));
  }
  atomicMax(&last_bin, last);
  workgroupBarrier();  // the bin is chosen
  for (var bin = max(first, chosen.x + 1u); bin < end; bin++) {
    if (count_in_bin(group, bin) > 0u) {
      atomicMin(&next_bin, bin);
      break;
    }
  }
  workgroupBarrier();  // the next one is known
  if (lane == 0u && count > 0u) {
    let known = word_of(group, PREFIX);
    let prefix = known | (chosen.x << shift_of(digit));
    set_word(group, PREFIX, prefix);
    set_word(group, RANK, chosen.y);
    set_word(group, COUNT, count);
    if (step == DIGITS) {
      // Exponents are the upper bits of a distance, which has no sign.
      set_word(group, MOST, (((atomicLoad(&last_bin) + 1u) << shift_of(0u)) - 1u) >> 23u);
    }
    if (digit + 1u == DIGITS) {
      let next = atomicLoad(&next_bin);
      var upper = prefix;
      if (count % 2u == 0u && chosen.y + 1u == chosen.z) {
        upper = select(known | next, ~word_of(group, ABOVE), next == BINS);
      }
      settle_middle(group, step, prefix, upper);
    }
  }
  for (var bin = first; bin < end; bin++) {
    clear_bin(group, bin);
  }
  if (lane == 0u) {
    set_word(group, STEP, step + 1u);
  }
  storageBarrier();
  workgroupBarrier();  // the next group may come
}

fn pass_finalize_digit(workgroup: u32, workgroups: u32, lane: u32) {
  for (var group = workgroup; group < GROUPS; group += workgroups) {
    choose(group, lane);
  }
}
