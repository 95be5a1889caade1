// The ends of both searches, for a cutoff and the last sample that stays with it.

// floor(fraction * n). The fraction has 48 bits, in two numbers that float32 holds, and 1 more in the last place, so that a product that
// only rounding keeps below a whole number reaches it: as if by hand, from the last digit on (src/trimmed.ts does the same).
fn dropped_of(n: u32) -> u32 {
  let upper = u32(settings.eps);
  let lower = u32(settings.ddof);
  var dropped = 0u;
  for (var bit = 0u; bit < 48u; bit++) {
    let digit = select(upper >> (bit - min(bit, 24u)), lower >> bit, bit < 24u) & 1u;
    dropped = (dropped + digit * n) >> 1u;
  }
  return dropped;
}

// At least one sample stays.
fn first_rank(count: u32) -> u32 {
  return count - min(count, dropped_of(count) + 1u);
}

fn note_last(group: u32, key: u32) {}

fn end_search(group: u32, second: bool, key: u32, next: u32) {
  if (second) {
    set_word(group, LAST, key);
    look_next(group, 0u, FIRST_SHIFT, OVER);
    return;
  }
  set_word(group, CUTOFF, bitcast<u32>(value_of(key)));
  set_word(group, LAST, ABSENT);
  set_word(group, BELOW, 0u);
  look_next(group, 0u, FIRST_SHIFT, select(ALL, OVER, chosen.y + 1u == chosen.z));
}
