// Before any distance is looked at: numbers are known by their first digits, and these say between which distances the middle one is.

// Distances between which the middle one lies, as keys, and how many others do at most.
struct Range {
  least: u32,
  most: u32,
  count: u32,
}

// How many numbers have a lesser first digit than one at this distance from the centre, or beyond: in quarters nothing overflows.
fn sum_below(center: f32, distance: f32, beyond: u32) -> u32 {
  let quarter = clamp(0.25 * center + 0.25 * distance, -8e37, 8e37);
  return atomicLoad(&bins[sum_at((keys_of(vec4f(4.0 * quarter)).x >> FIRST_SHIFT) + beyond)]);
}

// More than rounding, here and where distances are made, can take from a distance or add to it.
fn doubt_of(center: f32, distance: f32) -> f32 {
  return max((0.25 * abs(center) + 0.25 * distance) * 2e-6, 1e-37);
}

fn is_vast(key: u32) -> bool {
  return key > bitcast<u32>(1e38f);
}

// No more numbers than these are within a distance.
fn most_within(center: f32, key: u32, count: u32) -> u32 {
  if (is_vast(key)) {
    return count;
  }
  let distance = bitcast<f32>(key);
  let reach = distance + doubt_of(center, distance);
  return sum_below(center, reach, 1u) - sum_below(center, -reach, 0u);
}

// No fewer than these are.
fn least_within(center: f32, key: u32) -> u32 {
  let distance = bitcast<f32>(key);
  let reach = distance - doubt_of(center, distance);
  if (is_vast(key) || reach <= 0.0) {
    return 0u;
  }
  let first = sum_below(center, -reach, 1u);
  return max(sum_below(center, reach, 0u), first) - first;
}

// The bits of a distance in question that count here: the others would tell little more.
const UNTOLD = 16u;

fn range_of_middle(center: f32, rank: u32, count: u32) -> Range {
  var least = 0u;
  var most = 0u;
  for (var bit = 1u << 30u; bit >= 1u << UNTOLD; bit >>= 1u) {
    least |= select(0u, bit, most_within(center, least | bit, count) <= rank);
    most |= select(0u, bit, !is_vast(most | bit) && least_within(center, most | bit) <= rank);
  }
  most = select(most + (1u << UNTOLD), 0x7f800000u, is_vast(most + (1u << UNTOLD)));
  return Range(least, most, most_within(center, most, count) - least_within(center, least));
}
