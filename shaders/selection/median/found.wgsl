// What has been found: the median, and what follows from the middle distances.

// Times 1.4826 as if with unlimited digits, rounded once: products of halves are exact (Dekker).
fn deviation_of(distance: f32) -> f32 {
  let product = distance * 1.4826f;
  let upper = bitcast<f32>(bitcast<u32>(distance) & 0xfffff000u);
  let lower = distance - upper;
  let high = 1.482421875f;         // the upper half of 1.4826,
  let low = 1.4826f - high;        // the lower one,
  let rest = 2.6321411e-8f;        // and what float32 leaves out
  let lost = ((upper * high - product) + upper * low + lower * high) + lower * low;
  return product + (lost + distance * rest);
}

// 1.4826 times the median distance; where that is 0 without anything added to it, 1.2533 times the mean distance.
fn deviation_in(group: u32) -> f32 {
  let distances = bitcast<vec2f>(vec2u(word_of(group, LOWER), word_of(group, UPPER)));
  if (distances.y > 0.0) {
    if (distances.x == distances.y) {
      return deviation_of(distances.x);
    }
    let middle = middle_of(distances.x, distances.y);
    let rests = value_of(word_of(group, LOWER_REST)) + value_of(~word_of(group, UPPER_REST));
    return deviation_of(middle.x + (middle.y + 0.5 * rests));
  }
  let sum = f32(word_of(group, CARRY)) * 4294967296.0 + f32(word_of(group, SUM));
  let scale = i32(word_of(group, LARGEST)) - 127 - 23;
  let mean = sum / f32(max(word_of(group, COUNT), 1u)) * power_of_two(scale / 2) * power_of_two(scale - scale / 2);
  return select(1.2533 * mean, 0.0, settings.eps > 0.0);
}

// Centre and deviation.
fn found_in(group: u32) -> vec2f {
  return vec2f(bitcast<f32>(word_of(group, CENTER)), deviation_in(group));
}

fn last_in(group: u32) -> u32 {
  return 0u;
}
