// The first search is for the median, the second one for the median distance from it.

const CENTER = FOUND;           // the median as a float,
const REST = FOUND + 1u;        // and what rounding has left of it
const LOWER = FOUND + 2u;       // the middle distances from it, as floats
const UPPER = FOUND + 3u;
const LARGEST = FOUND + 4u;        // the exponent of the largest one, with its offset
const LOWER_REST = FOUND + 5u;  // what rounding has left of them: the largest rest of the lower one, as a key
const UPPER_REST = FOUND + 6u;  // ~ the least one of the upper one
const SUM = FOUND + 7u;         // of all distances, in two words
const CARRY = FOUND + 8u;

// Even counts have two middle keys.
const SEEKS_UPPER = true;
const LISTS_SECOND = true;

// Sums, and what rounding has left of them.
struct Rounded {
  near: vec4f,
  rest: vec4f,
}

alias Aim = Rounded;  // the centre

fn aim_of(groups: vec4u) -> Aim {
  return Rounded(bitcast<vec4f>(words_of(groups, CENTER)), bitcast<vec4f>(words_of(groups, REST)));
}

// Always 0, but read from memory: WGSL lets compilers make b of (a + b) - a, and some do, unless they do not know what they see.
var<private> nothing: u32;

fn prepare_aim() {
  nothing = word_of(GROUPS, STEP);
}

fn as_rounded(values: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(values) ^ vec4u(nothing));
}

// Knuth's TwoSum.
fn two_sum(a: vec4f, b: vec4f) -> Rounded {
  let sum = as_rounded(a + b);
  let other = as_rounded(sum - a);
  return Rounded(sum, (a - (sum - other)) + (b - other));
}

// |value - centre| as the number next to it, and the rest. A centre has a rest where it lies between two numbers.
fn distances_of(values: vec4f, center: Rounded) -> Rounded {
  let away = two_sum(values, -center.near);
  let rest = away.rest - center.rest;
  let near = as_rounded(away.near + rest);
  let left = rest - (near - away.near);
  return Rounded(abs(near), select(left, -left, near < vec4f()));
}

// Distances are not negative, so that their bits are keys.
fn second_keys(keys: vec4u, row: u32, center: Aim) -> vec4u {
  return select(bitcast<vec4u>(distances_of(values_of(keys), center).near), keys, keys == vec4u(ABSENT));
}
