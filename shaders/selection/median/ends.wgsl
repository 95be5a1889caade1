// The ends of both searches, for a median and a median distance.

fn first_rank(count: u32) -> u32 {
  return (max(count, 1u) - 1u) / 2u;
}

// The mean of two numbers as the one next to it, and the rest.
fn middle_of(a: f32, b: f32) -> vec2f {
  if (a == b) {
    return vec2f(a, 0.0);
  }
  let sum = two_sum(vec4f(0.5 * a), vec4f(0.5 * b));
  return vec2f(sum.near.x, sum.rest.x);
}

// Exponents are the upper bits of a distance, which has no sign.
fn note_last(group: u32, distance: u32) {
  set_word(group, LARGEST, distance >> 23u);
}

// A key has been found, and the one after it.
fn end_search(group: u32, second: bool, lower: u32, next: u32) {
  let count = word_of(group, COUNT);
  let upper = select(lower, next, count % 2u == 0u);
  if (second) {
    set_word(group, LOWER, lower);
    set_word(group, UPPER, upper);
    look_next(group, 0u, FIRST_SHIFT, OVER);
    return;
  }
  let center = middle_of(value_of(lower), value_of(upper));
  set_word(group, CENTER, bitcast<u32>(center.x));
  set_word(group, REST, bitcast<u32>(center.y));
  let rank = first_rank(count);
  set_word(group, RANK, rank);
  set_word(group, ABOVE, 0u);
  look_next(group, 0u, FIRST_SHIFT, ALL);
  set_word(group, BELOW, 0u);
  set_word(group, MOST_KEY, 0u);
}
