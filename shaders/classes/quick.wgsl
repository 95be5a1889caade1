// The quick way through a row: two sweeps, the first online (it reads a logit once for the top class and all sums), the second writes.
// Open to losses of one softmax with labels that are classes, whose sums over classes are those of powers: psi = w (1 - p^q) / q.
// Then sums over the others hold for any top class: with X = sum of exp(q a) - 1, going to a top that is d higher makes it
// X + (exp(-q d) - 1) (X + n).

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

// Largest of a quad. `max` costs software adapters six times a select.
fn largest_of(v: vec4f) -> f32 {
  let pair = select(v.xy, v.zw, v.xy < v.zw);
  return select(pair.x, pair.y, pair.x < pair.y);
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

fn absorb_block(start: u32, position: u32, j: u32, factor: f32, fine: bool, state: ptr<function, Online>) {
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
  let sum = total((exp(a0) + exp(a1)) + (exp(a2) + exp(a3)));
  (*state).rest += select(sum, 0.0, grows);
  (*state).own = select((*state).own, sum, grows);
  (*state).place = select((*state).place, j, grows);
  (*state).powers = with_powers((*state).powers, a0, a1, a2, a3, fine);
  (*state).count += 16.0;
}

// One quad, of which only some classes may be there.
fn absorb_quad(start: u32, position: u32, j: u32, factor: f32, state: ptr<function, Online>) {
  let k = class_of(position, j);
  let there = below(k, settings.width);
  let bits = select(vec4u(0xff7fffffu), read_first(start + k, 1u), there);
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
  (*state).powers = with_quad((*state).powers, select(vec4f(), factor * (z - top), there));
  (*state).count += total(select(vec4f(), vec4f(1.0), there));
}

// Sum of the others of a lane, and its powers, merged over the lanes of the row.
fn quick_scan(start: u32, position: u32, factor: f32, lane: u32) -> Online {
  var state = Online();
  state.top = -3e38;
  state.place = NO_CLASS;
  let quads = quads_of(position);
  let whole = min(quads, (settings.width / 4u + ROW_LANES - 1u - position) / ROW_LANES);
  let blocks = whole / BLOCK;
  let fine = finest_power() * factor < 0.02;
  // One of these loops runs: a branch would cost software adapters both ways in every turn.
  for (var b = 0u; b < select(blocks, 0u, fine); b++) {
    absorb_block(start, position, BLOCK * b, factor, false, &state);
  }
  if (POWERS > 0u) {
    for (var b = 0u; b < select(0u, blocks, fine); b++) {
      absorb_block(start, position, BLOCK * b, factor, true, &state);
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
      let z = bitcast<vec4f>(read_first(start + class_of(position, j), 1u));
      others += others_than_top(z, state.top, factor, vec4<bool>(true));
      ties += ties_of(z, state.top, vec4<bool>(true));
    }
    state.others = total(others) + ties;
  }
  state.rest += state.others;
  return merge_lanes(state, factor, lane);
}

// Over the lanes of the row: the top class of one lane is among the others of the rest.
fn merge_lanes(own: Online, factor: f32, lane: u32) -> Online {
  var state = own;
  for (var span = 1u; span < ROW_LANES; span <<= 1u) {
    let odd = select(0u, 0x80000000u, is_odd(state.odd));
    let words = exchange(vec4u(bitcast<u32>(state.top), bitcast<u32>(state.rest), bitcast<u32>(state.count), odd), lane, span);
    let top = bitcast<f32>(words.x);
    let rest = bitcast<f32>(words.y);
    let count = bitcast<f32>(words.z);
    let grows = top > state.top;
    let shift = -factor * min(abs(top - state.top), 1e30);
    // Written so that both lanes get the same bits.
    let upper = select(state.rest, rest, grows);
    let lower = select(rest, state.rest, grows);
    let raised = upper + (lower + 1.0) * exp(max(shift, LEAST));
    let tied = (state.rest + rest) + 1.0;
    let missing = select(count, state.count, grows) == 0.0;
    let other = exchange_powers(state.powers, lane, span);
    state.powers = merged_powers(state.powers, other, shift, state.count, count, grows);
    state.rest = select(select(raised, tied, top == state.top), upper, missing);
    state.top = select(state.top, top, grows);
    state.count += count;
    state.odd |= vec4u(words.w);
  }
  return state;
}

fn measure_row(row: u32, label: u32, writes: bool, factor: f32, position: u32, lane: u32) -> RowLoss {
  let start = row * settings.width;
  let temperature = stage_numbers(0u).x;
  let state = quick_scan(start, position, temperature, lane);
  var stage = Stage();
  stage.factor = temperature;
  stage.log_sum = log1p(state.rest);
  stage.others = state.rest / (1.0 + state.rest);
  let label_logit = logit_at(start + min(label, settings.width - 1u));
  let label_score = temperature * (label_logit - state.top);
  let label_log = label_score - stage.log_sum;
  let label_tops = label_score == 0.0;
  let others = f32(settings.width - 1u);

  var result = RowLoss();
  result.odd = is_odd(state.odd);
  var coefficients: array<Coefficients, TERMS>;
  var pull_top = 0.0;
  var pull_others = 0.0;
  var pull_label = 0.0;
  for (var i = 0u; i < TERMS; i++) {
    let powers = power_sums(i, state.powers, stage.log_sum, others);
    let at_label = psi_of(i, label_log, false);
    let value = select(at_label.x, difference_of(i, label_score, -stage.log_sum), kind_of(i) == CENTERED);
    let sums = TermSums(vec4f(powers, 0.0, 0.0), select(vec4f(value, at_label.y, 0.0, 0.0), vec4f(), label_tops));
    let at_top = psi_of(i, -stage.log_sum, true);
    let settled = settle(kind_of(i), term_numbers(i), sums, at_top, select(0.0, 1.0, label_tops), 1.0);
    result.loss += settled.x;
    coefficients[i] = Coefficients(settled.y, settled.z);
    pull_top += (select(0.0, settled.y, label_tops) + settled.z) * at_top.y;
    pull_others += settled.y * sums.labelled.y + settled.z * sums.plain.y;
    pull_label += (settled.y + settled.z) * at_label.y;
  }
  let pull = pull_others + pull_top;
  let scale = temperature * factor;
  let quads = select(0u, quads_of(position), writes && HAS_gradient);
  let p_scale = -pull * scale;
  let weights = power_weights(&coefficients, scale);
  let whole = min(quads, (settings.width / 4u + ROW_LANES - 1u - position) / ROW_LANES);
  for (var j = 0u; j < whole; j++) {
    let at = start + class_of(position, j);
    let l = temperature * (bitcast<vec4f>(read_first(at, 1u)) - state.top) - stage.log_sum;
    write_gradient(at, 1u, vec4<bool>(true), bitcast<vec4u>(p_scale * exp(l) + power_pulls(weights, l)));
  }
  for (var j = whole; j < quads; j++) {
    let k = class_of(position, j);
    let l = temperature * (bitcast<vec4f>(read_first(start + k, 1u)) - state.top) - stage.log_sum;
    write_gradient(start + k, 1u, below(k, settings.width), bitcast<vec4u>(p_scale * exp(l) + power_pulls(weights, l)));
  }
  if (quads > 0u && label / 4u % ROW_LANES == position) {
    let own = select(pull_label - exp(label_log) * pull, pull_top * stage.others - exp(label_log) * pull_others, label_tops);
    write_gradient_word(start + label, bitcast<u32>(own * scale));
  }
  if (NEEDS_LOG_SUM) {
    result.log_sum = state.top + stage.log_sum;
  }
  result.scored = scored_of_row(result.loss, label_logit, label_log);
  return result;
}
