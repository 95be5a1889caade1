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

// Sums, and what rounding has left of them (Knuth's TwoSum).
struct Rounded {
  near: vec4f,
  rest: vec4f,
}

fn two_sum(a: vec4f, b: vec4f) -> Rounded {
  let sum = a + b;
  let other = sum - a;
  return Rounded(sum, (a - (sum - other)) + (b - other));
}

// |value - centre| as the number next to it, and the rest. A centre has a rest where it lies between two numbers.
fn distances_of(values: vec4f, center: Rounded) -> Rounded {
  let away = two_sum(values, -center.near);
  let rest = away.rest - center.rest;
  let near = away.near + rest;
  let left = rest - (near - away.near);
  return Rounded(abs(near), select(left, -left, near < vec4f()));
}
