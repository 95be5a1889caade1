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

// Times 1.4826 as if with unlimited digits, rounded once: products of halves are exact (Dekker).
fn deviation_of(distance: f32) -> f32 {
  let product = distance * 1.4826f;
  let upper = bitcast<f32>(bitcast<u32>(distance) & 0xfffff000u);
  let lower = distance - upper;
  let high = 1.482421875f;         // the upper half of 1.4826,
  let low = 1.4826f - high;        // the lower one,
  let rest = 2.6321411e-8f;        // and what float32 leaves out
  let lost = ((upper * high - product) + upper * low + lower * high) + lower * low;
  return product + (lost + distance * rest);
}

// 1.4826 times the median distance; where that is 0 without anything added to it, 1.2533 times the mean distance.
fn deviation_in(group: u32) -> f32 {
  let distances = bitcast<vec2f>(vec2u(word_of(group, LOWER), word_of(group, UPPER)));
  if (distances.y > 0.0) {
    if (distances.x == distances.y) {
      return deviation_of(distances.x);
    }
    let middle = middle_of(distances.x, distances.y);
    let rests = value_of(word_of(group, LOWER_REST)) + value_of(~word_of(group, UPPER_REST));
    return deviation_of(middle.x + (middle.y + 0.5 * rests));
  }
  let sum = f32(word_of(group, CARRY)) * 4294967296.0 + f32(word_of(group, SUM));
  let scale = i32(word_of(group, MOST)) - 127 - 23;
  let mean = sum / f32(max(word_of(group, COUNT), 1u)) * power_of_two(scale / 2) * power_of_two(scale - scale / 2);
  return select(1.2533 * mean, 0.0, settings.eps > 0.0);
}

// Leaves the statistics of all groups in scratch, and nothing behind.
fn pass_finalize_median(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_rounding();
  for (var group = workgroup * WORKGROUP_SIZE + lane; group < GROUPS; group += workgroups * WORKGROUP_SIZE) {
    let counts = vec4u(word_of(group, COUNT), word_of(group, ODD), 0u, word_of(group, POISON));
    var statistics = Item(vec4f(bitcast<f32>(word_of(group, CENTER)), deviation_in(group), 0.0, 0.0), counts);
    if (GROUPS == 1u) {
      statistics.counts.y = word_of(GROUPS, ODD);
    }
    scratch[statistics_slot(group)] = replace_by_given(statistics, group);
    for (var word = 0u; word < WORDS; word++) {
      set_word(group, word, 0u);
    }
  }
  if (workgroup == 0u && lane == 0u) {
    if (GROUPS > 1u) {
      scratch[statistics_slot(GROUPS)] = Item(vec4f(), vec4u(0u, word_of(GROUPS, ODD), 0u, word_of(GROUPS, POISON)));
    }
    set_word(GROUPS, ODD, 0u);
    set_word(GROUPS, POISON, 0u);
  }
}
