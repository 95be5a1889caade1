// What a search knows of its groups between two looks at the data: so many words of each, and its bins. All are 0 to begin with,
// and left so.

@group(0) @binding(26) var<storage, read_write> bins: array<atomic<u32>>;

const STEP = 0u;     // looks that are done: of a first search, and then of a second one
const BASE = 1u;     // the least key in question
const SHIFT = 2u;    // bits of a key below the digit that the next look counts by
const LOOKS_AT = 3u;      // which keys it looks at (see count.wgsl)
const RANK = 4u;     // of the key that is looked for, among those in question
const COUNT = 5u;
const BELOW = 6u;    // keys below those in question
const ABOVE = 7u;    // ~ the least key above them
const ODD = 8u;      // samples that forbid the quick way
const POISON = 9u;   // samples that spoil the batch
const MOST_KEY = 10u;  // that a guess allows for, and the list goes to; 0 without
const FOUND = 11u;   // what the searches found: from here on see the estimators
const WORDS = 20u;

const BINS = 1u << BITS;
const DIGITS = (31u + BITS) / BITS;

fn word_of(group: u32, word: u32) -> u32 {
  return atomicLoad(&bins[group * WORDS + word]);
}

fn set_word(group: u32, word: u32, value: u32) {
  atomicStore(&bins[group * WORDS + word], value);
}

// Counts of a single group stay on chip during a pass, unless few lanes would have many of them to share.
const OWN = GROUPS == 1u && (SMALL || WORKGROUP_SIZE > 16u);

var<workgroup> own_bins: array<atomic<u32>, select(1u, BINS, OWN)>;

// The words of a group that does not exist hold what is true of all.
fn bin_at(group: u32, bin: u32) -> u32 {
  return (GROUPS + 1u) * WORDS + group * BINS + bin;
}

fn add_to_bin(group: u32, bin: u32, count: u32) {
  if (OWN) {
    atomicAdd(&own_bins[bin], count);
  } else {
    atomicAdd(&bins[bin_at(group, bin)], count);
  }
}

fn count_in_bin(group: u32, bin: u32) -> u32 {
  if (OWN && SMALL) {
    return atomicLoad(&own_bins[bin]);
  }
  return atomicLoad(&bins[bin_at(group, bin)]);
}

fn clear_bin(group: u32, bin: u32) {
  if (OWN && SMALL) {
    atomicStore(&own_bins[bin], 0u);
  } else {
    atomicStore(&bins[bin_at(group, bin)], 0u);
  }
}

// Where other workgroups have counted, too.
fn share_bins(lane: u32) {
  if (OWN && !SMALL) {
    workgroupBarrier();  // everybody has counted
    for (var bin = lane; bin < BINS; bin += WORKGROUP_SIZE) {
      let count = atomicLoad(&own_bins[bin]);
      if (count > 0u) {
        atomicAdd(&bins[bin_at(0u, bin)], count);
      }
    }
  }
}

// Bits of a key below its first digit.
const FIRST_SHIFT = 32u - BITS;

// How far the bins reach above the least key in question: to the last key, or as far as there are bins.
fn span_of(shift: u32) -> u32 {
  return (BINS << shift) - 1u;
}

// The list of a single group is behind its bins.
fn list_at() -> u32 {
  return bin_at(GROUPS, 0u);
}
