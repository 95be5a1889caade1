// Floats by their bits: compilers may assume that floats are finite, so a float test for NaN can be folded away.

const NAN_BITS = 0x7fc00000u;

fn non_finite(bits: vec4u) -> vec4<bool> {
  return (bits & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}

// Sets the highest bit where an exponent is full, in two operations: what is found in many quads is collected with `|` and tested once.
fn full_exponent(bits: vec4u) -> vec4u {
  return (bits & vec4u(0x7f800000u)) + vec4u(0x800000u);
}

// The bits that are set in any of the four.
fn either(bits: vec4u) -> u32 {
  return (bits.x | bits.y) | (bits.z | bits.w);
}

fn is_odd(odd: u32) -> bool {
  return bitcast<i32>(odd) < 0;
}

// Bits to write: NaN where spoiled, and never computed with.
fn or_nan(bits: vec4u, spoiled: vec4<bool>) -> vec4u {
  return select(bits, vec4u(NAN_BITS), spoiled);
}

fn total(values: vec4f) -> f32 {
  return dot(values, vec4f(1.0));
}

fn count_of(lanes: vec4<bool>) -> u32 {
  return number_of(bits_of(lanes));
}

// How many of four are there, by their `bits_of`: each of these is -1.
fn number_of(bits: vec4u) -> u32 {
  return 0u - dot(bits, vec4u(1u));
}

fn exponent_of(x: f32) -> i32 {
  return i32((bitcast<u32>(x) >> 23u) & 255u) - 127;
}

// 2^k, 0 below the smallest normal number
fn power_of_two(k: i32) -> f32 {
  return bitcast<f32>(select(0u, u32(min(k, 127) + 127) << 23u, k >= -126));
}

// As bits: what is not there becomes 0 whatever it is.
fn bits_of(there: vec4<bool>) -> vec4u {
  return select(vec4u(), vec4u(0xffffffffu), there);
}
