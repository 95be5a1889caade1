// Keys: numbers as integers of the same order, and how far a number is from the centre.

// Samples that are not there come last, after every number.
const ABSENT = 0xffffffffu;

// Zeros have no sign.
fn keys_of(values: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(values);
  let plain = select(bits, vec4u(), (bits & vec4u(0x7fffffffu)) == vec4u());
  return select(plain | vec4u(0x80000000u), ~plain, plain >= vec4u(0x80000000u));
}


fn values_of(keys: vec4u) -> vec4f {
  return bitcast<vec4f>(select(~keys, keys & vec4u(0x7fffffffu), keys >= vec4u(0x80000000u)));
}

// Sums, and what rounding has left of them.
struct Rounded {
  near: vec4f,
  rest: vec4f,
}

// Always 0, but read from memory: WGSL lets compilers make b of (a + b) - a, and some do, unless they do not know what they see.
var<private> nothing: u32;

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
