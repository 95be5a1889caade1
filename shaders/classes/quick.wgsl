// The quick way through a row: it is scanned for the top class and all sums (see kept.wgsl and online.wgsl), and then its gradient is
// written. Open to losses of one softmax with labels that are classes, whose sums over classes are those of powers:
// psi = w (1 - p^q) / q, summed up as X = sum of exp(q a) - 1 over score differences a from the top class.

// What differences of logits are multiplied by: of the root for exp2; of powers for expm1 in sums, for exp2 in the gradient.
struct Rates {
  root: f32,
  powers: Powers,
}

fn rates_of(factor: f32, unit: f32) -> Rates {
  return Rates(LOG2_E * select(factor, 0.5 * factor, WAY == HALF), power_rates(factor * unit));
}

fn from_root(root: vec4f) -> vec4f {
  if (WAY == HALF) {
    return root * root;
  }
  return root;
}

// What quads of differences d from the top class add up to.
struct Sums {
  all: vec4f,  // exponentials
  powers: PowerQuads,
}

fn with_quad(own: Sums, d: vec4f, rates: Rates) -> Sums {
  let root = exp2(rates.root * d);
  return Sums(own.all + from_root(root), with_powers(own.powers, d, root, rates.powers));
}

// What a scan tells of a row.
struct Scan {
  top: f32,
  index: u32,      // of the top class, where it is asked for
  rest: f32,       // sum of exponentials of the other classes
  powers: Powers,
  odd: bool,
}

// Largest of a quad. `max` costs software adapters six times a select.
fn largest_of(v: vec4f) -> f32 {
  let pair = select(v.xy, v.zw, v.xy < v.zw);
  return select(pair.x, pair.y, pair.x < pair.y);
}

// What the gradient of a row's classes is made of.
struct Pulls {
  top: f32,
  p_scale: f32,
  weights: Powers,
  rates: Rates,
  marks: vec2u,
}

// A quad of the gradient.
fn write_quad(start: u32, position: u32, j: u32, pulls: Pulls, within: vec4<bool>) {
  let d = row_quad(start, position, j) - pulls.top;
  let root = exp2(pulls.rates.root * d);
  let pull = pulls.p_scale * from_root(root) + power_pulls(pulls.weights, d, root, pulls.rates.powers);
  write_gradient(start + class_of(position, j), 1u, within, marked(pull, pulls.marks));
}

fn measure_row(turn: Turn, factor: f32, seal: Seal, lane: u32) -> RowLoss {
  let start = turn.row * settings.width;
  let position = turn.position;
  let label = turn.label.class_index;
  let temperature = stage_numbers(0u).x;
  // Before anybody writes: the gradient may lie in the place of the logits.
  let label_logit = logit_at(start + min(label, settings.width - 1u));
  if (ROW_LANES > 1u && !HAS_first) {
    storageBarrier();  // one lane writes the gradient where all have read the label's logit
  }
  let state = scan_row(turn.row, position, temperature, rates_of(temperature, 1.0), lane);
  var stage = Stage();
  stage.factor = temperature;
  stage.log_sum = log1p(state.rest);
  stage.others = state.rest / (1.0 + state.rest);
  let label_score = temperature * (label_logit - state.top);
  let label_log = label_score - stage.log_sum;
  let label_tops = label_score == 0.0;
  let others = f32(settings.width - 1u);

  var result = RowLoss();
  result.predicted = state.index;
  result.label = label;
  var coefficients: array<Coefficients, TERMS>;
  var pull_top = 0.0;
  var pull_others = 0.0;
  var pull_label = 0.0;
  var i = 0u;
  loop {
    let powers = power_sums(i, state.powers, stage.log_sum, others, state.rest);
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
    continuing {
      i++;
      break if i >= TERMS;
    }
  }
  if (NEEDS_LOG_SUM) {
    result.log_sum = state.top + stage.log_sum;
  }
  result.scored = scored_of_row(result.loss, label_logit, label_log);
  result.broken = is_broken(turn, state.odd, result);

  let marks = marks_of(seal, result.broken);
  let pull = pull_others + pull_top;
  let scale = temperature * factor;
  let quads = select(0u, quads_of(position), seal.writes && HAS_gradient);
  let p_scale = -pull * scale / (1.0 + state.rest);
  write_quads(start, position, quads, Pulls(
    state.top, p_scale, power_weights(&coefficients, scale, stage.log_sum), rates_of(temperature, LOG2_E), marks));
  if (quads > 0u && turn.label.used && has_class(position, label)) {
    let own = select(pull_label - exp(label_log) * pull, pull_top * stage.others - exp(label_log) * pull_others, label_tops);
    write_gradient_word(start + label, marked(vec4f(own * scale), marks).x);
  }
  return result;
}
