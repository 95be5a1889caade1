// Count, mean and sum of squared deviations (m2), safe from cancellation, overflow and underflow:
// deviations are taken from a running mean and scaled by a power of two that follows their size.
// The mean carries what its rounding lost (rest), so that the deviation of an almost constant batch survives.

// Sentinel exponent of a group that met a NaN or an infinity.
const POISON = 0x7fffffffu;

fn exponent_of(x: f32) -> i32 {
  return i32((bitcast<u32>(x) >> 23u) & 255u) - 127;
}

// 2^k, 0 below the smallest normal number
fn power_of_two(k: i32) -> f32 {
  return bitcast<f32>(select(0u, u32(min(k, 127) + 127) << 23u, k >= -126));
}

// A short run of values in one lane. m2 counts in units of 1/scale²; deviations up to reach fit the scale.
struct Running {
  n: f32,
  mean: f32,
  rest: f32,
  m2: f32,
  scale: f32,
  reach: f32,
}

fn start_running() -> Running {
  return Running(0.0, 0.0, 0.0, 0.0, 1.0, 0.0);
}

// Youngs and Cramer's update by four values at once, of which `valid` count.
fn add_quad(running: Running, values: vec4f, valid: vec4<bool>) -> Running {
  let added = dot(select(vec4f(0.0), vec4f(1.0), valid), vec4f(1.0));
  if (added == 0.0) {
    return running;
  }
  var m = running;
  if (m.n == 0.0) {
    // Any member of the group is a sound pivot: a far one is an outlier that dominates m2 anyway.
    m.mean = select(select(select(values.w, values.z, valid.z), values.y, valid.y), values.x, valid.x);
  }
  let deviation = select(vec4f(0.0), (values - m.mean) - m.rest, valid);
  let size = abs(deviation);
  let farthest = max(max(size.x, size.y), max(size.z, size.w));
  if (farthest > m.reach) {
    let scale = power_of_two(max(-exponent_of(farthest), -126));
    // At most 1 once there is an m2 to rescale.
    let ratio = select(scale / m.scale, 0.0, m.reach == 0.0);
    m.m2 *= ratio * ratio;
    m.scale = scale;
    m.reach = min(farthest, 3e32) * 1048576.0;
  }
  m.n += added;
  let shift = dot(deviation, vec4f(1.0)) / m.n;
  let scaled = deviation * m.scale;
  m.m2 += max(0.0, dot(scaled, scaled) - dot(scaled, vec4f(1.0)) * (shift * m.scale));
  let step = m.rest + shift;
  let mean = m.mean + step;
  m.rest = (m.mean - mean) + step;
  m.mean = mean;
  return m;
}

// Moments as they travel between lanes, workgroups and dispatches: n, mean, m2 in units of 4^exponent, exponent;
// rest, and the number of odd samples (not finite, ignored, or with an invalid label).
fn pack_moments(m: Running, odd: u32) -> Item {
  // Without any deviation there is no scale yet: the lowest exponent lets every other one win.
  let exponent = select(-exponent_of(m.scale), -127, m.reach == 0.0);
  return Item(
    vec4u(u32(m.n), bitcast<u32>(m.mean), bitcast<u32>(m.m2), bitcast<u32>(exponent)),
    vec4u(bitcast<u32>(m.rest), odd, 0u, 0u));
}

// Chan, Golub and LeVeque's pairwise merge.
fn merge_moments(first: Item, second: Item) -> Item {
  let a = first.head;
  let b = second.head;
  let odd = first.tail.y + second.tail.y;
  if (a.w == POISON || b.w == POISON) {
    return Item(vec4u(a.x + b.x, 0u, 0u, POISON), vec4u(0u, odd, 0u, 0u));
  }
  if (a.x == 0u) {
    return Item(b, vec4u(second.tail.x, odd, 0u, 0u));
  }
  if (b.x == 0u) {
    return Item(a, vec4u(first.tail.x, odd, 0u, 0u));
  }
  let n = a.x + b.x;
  let share = f32(b.x) / f32(n);
  let rest = bitcast<f32>(first.tail.x);
  let delta = (bitcast<f32>(b.y) - bitcast<f32>(a.y)) + (bitcast<f32>(second.tail.x) - rest);
  let exponents = vec2i(bitcast<i32>(a.w), bitcast<i32>(b.w));
  let exponent = max(max(exponents.x, exponents.y), exponent_of(delta));
  let scaled = delta * power_of_two(-exponent);
  let m2 = bitcast<f32>(a.z) * power_of_two(2 * (exponents.x - exponent))
    + bitcast<f32>(b.z) * power_of_two(2 * (exponents.y - exponent))
    + scaled * scaled * f32(a.x) * share;
  let step = rest + delta * share;
  let mean = bitcast<f32>(a.y) + step;
  return Item(
    vec4u(n, bitcast<u32>(mean), bitcast<u32>(m2), bitcast<u32>(exponent)),
    vec4u(bitcast<u32>((bitcast<f32>(a.y) - mean) + step), odd, 0u, 0u));
}

// Mean, standard deviation, n and 0, as the statistics buffer holds them.
fn statistics_of(item: Item) -> vec4u {
  let moments = item.head;
  if (moments.w == POISON) {
    return vec4u(NAN_BITS, NAN_BITS, moments.x, 0u);
  }
  let freedom = f32(moments.x) - settings.ddof;
  var deviation = 0.0;
  if (freedom > 0.0) {
    deviation = sqrt(bitcast<f32>(moments.z) / freedom) * power_of_two(bitcast<i32>(moments.w));
  }
  return vec4u(moments.y, bitcast<u32>(deviation), moments.x, 0u);
}
