// Long rows, the quick way: an online sweep reads a logit once for the top class and all sums. These hold for any top class: with
// X = sum of exp(q a) - 1, going to a top that is d higher makes it X + (exp(-q d) - 1) (X + n).

// Blocks of four quads: what a turn of a loop costs, software adapters pay less often, and what a new top class does, too.
const BLOCK = 4u;

struct Online {
  top: f32,
  rest: f32,    // sum of exponentials outside of the block that holds the top class
  own: f32,     // the same inside, with the top class
  others: f32,  // inside, without the top class
  place: u32,   // that block, or NO_CLASS where `others` is known
  count: f32,
  powers: Powers,
  odd: u32,  // the highest bit is set where the exponent of a logit is full
}

fn exponentials(z: vec4f, top: f32, factor: f32) -> vec4f {
  return exp(factor * (z - top));
}

// Exponentials without the top class. Of several equal ones, all but one count.
fn others_than_top(z: vec4f, top: f32, factor: f32, there: vec4<bool>) -> vec4f {
  return select(vec4f(), exponentials(z, top, factor), there & (z != vec4f(top)));
}

fn ties_of(z: vec4f, top: f32, there: vec4<bool>) -> f32 {
  return total(select(vec4f(), vec4f(1.0), there & (z == vec4f(top))));
}

// `max` costs software adapters five times as much.
fn at_least(x: f32, least: f32) -> f32 {
  return select(x, least, x < least);
}

// A new top class, if `best` is larger: sums so far are referred to it.
fn raise_top(state: ptr<function, Online>, best: f32, factor: f32, rates: Rates) -> bool {
  let grows = best > (*state).top;
  let top = select((*state).top, best, grows);
  let d = select(at_least((*state).top - top, -3.4e38), 0.0, (*state).count == 0.0);
  (*state).powers = rebased((*state).powers, d, (*state).count, rates.powers);
  (*state).rest = select((*state).rest, ((*state).rest + (*state).own) * exp(at_least(factor * d, LEAST)), grows);
  (*state).top = top;
  return grows;
}

fn row_quad(start: u32, position: u32, j: u32) -> vec4f {
  return bitcast<vec4f>(read_first(start + class_of(position, j), 1u));
}

fn absorb_block(start: u32, position: u32, j: u32, factor: f32, rates: Rates, state: ptr<function, Online>) {
  let z0 = row_quad(start, position, j);
  let z1 = row_quad(start, position, j + 1u);
  let z2 = row_quad(start, position, j + 2u);
  let z3 = row_quad(start, position, j + 3u);
  let exponents = (full_exponent(bitcast<vec4u>(z0)) | full_exponent(bitcast<vec4u>(z1)))
    | (full_exponent(bitcast<vec4u>(z2)) | full_exponent(bitcast<vec4u>(z3)));
  (*state).odd |= either(exponents);
  let pair = select(z0, z1, z0 < z1);
  let other = select(z2, z3, z2 < z3);
  let grows = raise_top(state, largest_of(select(pair, other, pair < other)), factor, rates);
  let top = (*state).top;
  var sums = with_quad(Sums(), z0 - top, rates);
  sums = with_quad(sums, z1 - top, rates);
  sums = with_quad(sums, z2 - top, rates);
  sums = with_quad(sums, z3 - top, rates);
  let all = total(sums.all);
  (*state).rest += select(all, 0.0, grows);
  (*state).own = select((*state).own, all, grows);
  (*state).place = select((*state).place, j, grows);
  (*state).powers = with_totals((*state).powers, sums.powers, 16.0);
  (*state).count += 16.0;
}

// One quad, of which only some classes may be there.
fn absorb_quad(start: u32, position: u32, j: u32, factor: f32, rates: Rates, state: ptr<function, Online>) {
  let k = class_of(position, j);
  let there = below(k, settings.width);
  let bits = read_logits(start, k);
  let exponents = full_exponent(bits);
  (*state).odd |= either(exponents);
  let z = bitcast<vec4f>(bits);
  let grows = raise_top(state, largest_of(z), factor, rates);
  let top = (*state).top;
  let others = total(others_than_top(z, top, factor, there)) + (ties_of(z, top, there) - 1.0);
  let missing = total(select(vec4f(1.0), vec4f(), there));
  let sums = with_quad(Sums(), select(vec4f(), z - top, there), rates);
  let all = total(sums.all) - missing;
  (*state).rest += select(all, 0.0, grows);
  (*state).own = select((*state).own, all, grows);
  (*state).others = select((*state).others, others, grows);
  (*state).place = select((*state).place, NO_CLASS, grows);
  (*state).powers = with_totals((*state).powers, sums.powers, 4.0);
  (*state).count += 4.0 - missing;
}

// What the lanes of a row find together, in all of it or in their segment.
fn scan_online(start: u32, position: u32, factor: f32, rates: Rates, lane: u32) -> Online {
  var state = Online();
  state.top = -3e38;
  state.place = NO_CLASS;
  let quads = quads_of(position);
  let whole = whole_quads(position, quads);
  let blocks = whole / BLOCK;
  for (var b = 0u; b < blocks; b++) {
    absorb_block(start, position, BLOCK * b, factor, rates, &state);
  }
  for (var j = BLOCK * blocks; j < quads; j++) {
    absorb_quad(start, position, j, factor, rates, &state);
  }
  // The block with the top class again, now without it.
  for (var turn = 0u; turn < select(1u, 0u, state.place == NO_CLASS); turn++) {
    var ties = -1.0;
    var others = vec4f();
    for (var j = state.place; j < state.place + BLOCK; j++) {
      let z = row_quad(start, position, j);
      others += others_than_top(z, state.top, factor, vec4<bool>(true));
      ties += ties_of(z, state.top, vec4<bool>(true));
    }
    state.others = total(others) + ties;
  }
  state.rest += state.others;
  return merge_lanes(state, factor, rates, lane);
}

fn write_quads(start: u32, position: u32, quads: u32, pulls: Pulls) {
  let all = vec4<bool>(true);
  let blocks = whole_quads(position, quads) / BLOCK;
  for (var b = 0u; b < blocks; b++) {
    write_quad(start, position, BLOCK * b, pulls, all);
    write_quad(start, position, BLOCK * b + 1u, pulls, all);
    write_quad(start, position, BLOCK * b + 2u, pulls, all);
    write_quad(start, position, BLOCK * b + 3u, pulls, all);
  }
  for (var j = BLOCK * blocks; j < quads; j++) {
    write_quad(start, position, j, pulls, below(class_of(position, j), settings.width));
  }
}

fn scan_of(state: Online) -> Scan {
  return Scan(state.top, NO_CLASS, state.rest, state.powers, is_odd(state.odd));
}

// Two parts of a row: the top class of one is among the others of the whole. Symmetric, so that both get the same bits.
fn merged(a: Online, b: Online, factor: f32, rates: Rates) -> Online {
  var state = a;
  let grows = b.top > a.top;
  let missing = select(b.count, a.count, grows) == 0.0;
  let d = select(at_least(-abs(b.top - a.top), -3.4e38), 0.0, missing);
  let upper = select(a.rest, b.rest, grows);
  let lower = select(b.rest, a.rest, grows);
  let raised = upper + (lower + 1.0) * exp(at_least(factor * d, LEAST));
  let tied = (a.rest + b.rest) + 1.0;
  state.powers = merged_powers(a.powers, b.powers, d, vec2f(a.count, b.count), grows, rates.powers);
  state.rest = select(select(raised, tied, a.top == b.top), upper, missing);
  state.top = select(a.top, b.top, grows);
  state.count += b.count;
  state.odd |= b.odd;
  return state;
}

fn merge_lanes(own: Online, factor: f32, rates: Rates, lane: u32) -> Online {
  var state = own;
  for (var span = 1u; span < ROW_LANES; span <<= 1u) {
    let words = exchange(vec4u(bitcast<u32>(state.top), bitcast<u32>(state.rest), bitcast<u32>(state.count), state.odd), lane, span);
    var other = Online();
    other.top = bitcast<f32>(words.x);
    other.rest = bitcast<f32>(words.y);
    other.count = bitcast<f32>(words.z);
    other.odd = words.w;
    other.powers = exchange_powers(state.powers, lane, span);
    state = merged(state, other, factor, rates);
  }
  return state;
}
