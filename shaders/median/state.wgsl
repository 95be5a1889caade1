// What a selection knows of its groups between two looks at the data: so many words of each, and its bins. All are 0 to begin with,
// and left so.

@group(0) @binding(26) var<storage, read_write> bins: array<atomic<u32>>;

const STEP = 0u;     // digits that are known, of the median and then of the deviation
const PREFIX = 1u;   // those of the one that is being looked for
const RANK = 2u;     // among the keys that share them
const COUNT = 3u;
const ABOVE = 4u;    // ~ the least key of other digits above
const ODD = 5u;      // samples that forbid the quick way
const POISON = 6u;   // samples that spoil the batch
const CENTER = 7u;   // the median as a float,
const REST = 8u;     // and what rounding has left of it
const LOWER = 9u;    // the middle distances from it, as floats
const UPPER = 10u;
const MOST = 11u;    // the exponent of the largest one, with its offset
const LOWER_REST = 12u;  // what rounding has left of them: the largest rest of the lower one, as a key
const UPPER_REST = 13u;  // ~ the least one of the upper one
const SUM = 14u;     // of all distances, in two words
const CARRY = 15u;
const WORDS = 16u;

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

// Bits of a key below a digit.
fn shift_of(digit: u32) -> u32 {
  return u32(max(0, 32 - i32(BITS * (digit + 1u))));
}

// The bits of the digits before.
fn known_bits(digit: u32) -> u32 {
  return select(0xffffffffu << shift_of(digit - 1u), 0u, digit == 0u);
}
