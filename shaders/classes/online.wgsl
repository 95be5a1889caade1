// Long rows, the quick way: an online sweep reads a logit once for the top class and all sums. These hold for any top class: with
// X = sum of exp(q a) - 1, going to a top that is d higher makes it X + (exp(-q d) - 1) (X + n).

// Blocks of four quads: what depends on a new top class is done once per block.
const BLOCK = 4u;

struct Online {
  top: f32,
  rest: f32,    // sum of exponentials outside of the block that holds the top class
  own: f32,     // the same inside, with the top class
  others: f32,  // inside, without the top class
  place: u32,   // that block, or NO_CLASS where `others` is known
  count: f32,
  powers: Powers,
  odd: vec4u,
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

// A new top class, if `best` is larger: sums so far are referred to it.
fn raise_top(state: ptr<function, Online>, best: f32, factor: f32) -> bool {
  let grows = best > (*state).top;
  let top = select((*state).top, best, grows);
  let shift = factor * max((*state).top - top, -1e30);
  (*state).powers = rebased((*state).powers, shift, (*state).count);
  (*state).rest = select((*state).rest, ((*state).rest + (*state).own) * exp(max(shift, LEAST)), grows);
  (*state).top = top;
  return grows;
}

fn quick_quad_at(start: u32, position: u32, j: u32, state: ptr<function, Online>) -> vec4f {
  let bits = read_first(start + class_of(position, j), 1u);
  (*state).odd |= full_exponent(bits);
  return bitcast<vec4f>(bits);
}

fn absorb_block(start: u32, position: u32, j: u32, factor: f32, way: u32, state: ptr<function, Online>) {
  let z0 = quick_quad_at(start, position, j, state);
  let z1 = quick_quad_at(start, position, j + 1u, state);
  let z2 = quick_quad_at(start, position, j + 2u, state);
  let z3 = quick_quad_at(start, position, j + 3u, state);
  let pair = select(z0, z1, z0 < z1);
  let other = select(z2, z3, z2 < z3);
  let grows = raise_top(state, largest_of(select(pair, other, pair < other)), factor);
  let top = (*state).top;
  let a0 = factor * (z0 - top);
  let a1 = factor * (z1 - top);
  let a2 = factor * (z2 - top);
  let a3 = factor * (z3 - top);
  let r0 = root_of(a0, way);
  let r1 = root_of(a1, way);
  let r2 = root_of(a2, way);
  let r3 = root_of(a3, way);
  let sum = total((from_root(r0, way) + from_root(r1, way)) + (from_root(r2, way) + from_root(r3, way)));
  (*state).rest += select(sum, 0.0, grows);
  (*state).own = select((*state).own, sum, grows);
  (*state).place = select((*state).place, j, grows);
  (*state).powers = with_powers((*state).powers, array(a0, a1, a2, a3), array(r0, r1, r2, r3), way);
  (*state).count += 16.0;
}

// One quad, of which only some classes may be there.
fn absorb_quad(start: u32, position: u32, j: u32, factor: f32, state: ptr<function, Online>) {
  let k = class_of(position, j);
  let there = below(k, settings.width);
  let bits = read_logits(start, k);
  (*state).odd |= full_exponent(bits);
  let z = bitcast<vec4f>(bits);
  let grows = raise_top(state, largest_of(z), factor);
  let top = (*state).top;
  let others = total(others_than_top(z, top, factor, there)) + (ties_of(z, top, there) - 1.0);
  let sum = total(select(vec4f(), exponentials(z, top, factor), there));
  (*state).rest += select(sum, 0.0, grows);
  (*state).own = select((*state).own, sum, grows);
  (*state).others = select((*state).others, others, grows);
  (*state).place = select((*state).place, NO_CLASS, grows);
  (*state).powers = with_quad((*state).powers, select(vec4f(), factor * (z - top), there), vec4f(), FINE);
  (*state).count += total(select(vec4f(), vec4f(1.0), there));
}

fn row_quad(start: u32, position: u32, j: u32) -> vec4f {
  return bitcast<vec4f>(read_first(start + class_of(position, j), 1u));
}

// What the lanes of a row find together, in all of it or in their segment.
fn scan_online(start: u32, position: u32, factor: f32, way: u32, lane: u32) -> Online {
  var state = Online();
  state.top = -3e38;
  state.place = NO_CLASS;
  let quads = quads_of(position);
  let whole = whole_quads(position, quads);
  let blocks = whole / BLOCK;
  // One of these loops runs: a branch would cost software adapters all ways in every turn.
  for (var b = 0u; b < select(0u, blocks, way == COARSE); b++) {
    absorb_block(start, position, BLOCK * b, factor, COARSE, &state);
  }
  if (POWERS > 0u) {
    for (var b = 0u; b < select(0u, blocks, way == SHARED); b++) {
      absorb_block(start, position, BLOCK * b, factor, SHARED, &state);
    }
    for (var b = 0u; b < select(0u, blocks, way == FINE); b++) {
      absorb_block(start, position, BLOCK * b, factor, FINE, &state);
    }
  }
  for (var j = BLOCK * blocks; j < quads; j++) {
    absorb_quad(start, position, j, factor, &state);
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
  return merge_lanes(state, factor, lane);
}

fn scan_of(state: Online) -> Scan {
  return Scan(state.top, NO_CLASS, state.rest, state.powers, is_odd(state.odd));
}

// Two parts of a row: the top class of one is among the others of the whole. Symmetric, so that both get the same bits.
fn merged(a: Online, b: Online, factor: f32) -> Online {
  var state = a;
  let grows = b.top > a.top;
  let shift = -factor * min(abs(b.top - a.top), 1e30);
  let upper = select(a.rest, b.rest, grows);
  let lower = select(b.rest, a.rest, grows);
  let raised = upper + (lower + 1.0) * exp(max(shift, LEAST));
  let tied = (a.rest + b.rest) + 1.0;
  let missing = select(b.count, a.count, grows) == 0.0;
  state.powers = merged_powers(a.powers, b.powers, shift, a.count, b.count, grows);
  state.rest = select(select(raised, tied, a.top == b.top), upper, missing);
  state.top = select(a.top, b.top, grows);
  state.count += b.count;
  state.odd |= b.odd;
  return state;
}

fn merge_lanes(own: Online, factor: f32, lane: u32) -> Online {
  var state = own;
  for (var span = 1u; span < ROW_LANES; span <<= 1u) {
    let odd = select(0u, 0x80000000u, is_odd(state.odd));
    let words = exchange(vec4u(bitcast<u32>(state.top), bitcast<u32>(state.rest), bitcast<u32>(state.count), odd), lane, span);
    var other = Online();
    other.top = bitcast<f32>(words.x);
    other.rest = bitcast<f32>(words.y);
    other.count = bitcast<f32>(words.z);
    other.odd = vec4u(words.w);
    other.powers = exchange_powers(state.powers, lane, span);
    state = merged(state, other, factor);
  }
  return state;
}
