// Between two looks at the data: the bin that holds the key that is looked for tells another digit of it.

var<workgroup> lane_counts: array<u32, WORKGROUP_SIZE>;
var<workgroup> chosen: vec3u;  // a bin, how many of its keys come first, and how many it has
var<workgroup> next_bin: atomic<u32>;  // the next one that has any
var<workgroup> last_bin: atomic<u32>;

// Where the next look counts, and which keys it looks at.
fn look_next(group: u32, base: u32, shift: u32, way: u32) {
  set_word(group, BASE, base);
  set_word(group, SHIFT, shift);
  set_word(group, LOOKS_AT, way);
}

fn choose(group: u32, lane: u32) {
  prepare_aim();
  let step = word_of(group, STEP);
  let way = word_of(group, LOOKS_AT);
  let shift = shift_at(step);
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
  let guessed = is_guess(step, way);
  let count = select(word_of(group, COUNT), all, step == 0u && !guessed);
  let below = select(0u, word_of(group, BELOW), step % DIGITS == 0u);
  let rank = select(word_of(group, RANK), first_rank(count), step == 0u) - below;
  // A guess has to hold the key that is looked for, and the one after it.
  let missed = guessed && (rank >= all || rank + 1u >= all);
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
  storageBarrier();  // all have read what is known of the group
  workgroupBarrier();  // the next one is known
  if (lane == 0u && missed) {
    set_word(group, BELOW, 0u);
    set_word(group, ABOVE, 0u);
    set_word(group, MOST_KEY, 0u);
    look_next(group, 0u, FIRST_SHIFT, ALL);
  } else if (lane == 0u && count > 0u && way != OVER) {
    let base = word_of(group, BASE);
    let key = base + (chosen.x << shift);
    set_word(group, RANK, chosen.y);
    set_word(group, COUNT, count);
    look_next(group, key, shift - min(shift, BITS), select(way, LISTED, way == LISTING));
    if (step == DIGITS) {
      note_last(group, base + (((atomicLoad(&last_bin) + 1u) << shift) - 1u));
    }
    if ((step + 1u) % DIGITS == 0u) {
      // The key after it: the same one again, one of the next bin, or one that is above all bins.
      let next = atomicLoad(&next_bin);
      let upper = select(base + next, ~word_of(group, ABOVE), next == BINS);
      end_search(group, step >= DIGITS, key, select(key, upper, chosen.y + 1u == chosen.z));
    }
  }
  for (var bin = first; bin < end; bin++) {
    clear_bin(group, bin);
  }
  if (lane == 0u) {
    set_word(group, STEP, step + select(1u, 0u, missed));
  }
  storageBarrier();
  workgroupBarrier();  // the next group may come
}

fn pass_finalize_digit(workgroup: u32, workgroups: u32, lane: u32) {
  for (var group = workgroup; group < GROUPS; group += workgroups) {
    choose(group, lane);
  }
}
