// Keys: numbers as integers of the same order.

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

fn value_of(key: u32) -> f32 {
  return values_of(vec4u(key)).x;
}
