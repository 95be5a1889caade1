// Any loss: sweeps over the row for the top class, for every stage's normaliser, for sums over classes, and for the gradient.

var<private> kept: array<vec4f, max(1u, ROW_QUADS)>;

fn logits_at(start: u32, position: u32, j: u32) -> vec4f {
  if (ROW_QUADS > 0u) {
    return kept[j];
  }
  return bitcast<vec4f>(read_logits(start, class_of(position, j)));
}

// The label's share of a quad of classes.
fn label_at(start: u32, k: u32, label: u32) -> vec4f {
  if (SOFT) {
    return bitcast<vec4f>(select(vec4u(), read_second(start + k, 1u), below(k, settings.width)));
  }
  return select(vec4f(), vec4f(1.0), vec4u(k, k + 1u, k + 2u, k + 3u) == vec4u(label));
}

fn others_of(k: u32, top: u32) -> vec4<bool> {
  return (vec4u(k, k + 1u, k + 2u, k + 3u) != vec4u(top)) & below(k, settings.width);
}

// The most probable class of a row of probabilities, the first of several.
fn likeliest_label(start: u32, position: u32, lane: u32) -> u32 {
  var best = Top(-3.4e38, NO_CLASS, 0u, 0.0);
  let quads = quads_of(position);
  for (var j = 0u; j < quads; j++) {
    let k = class_of(position, j);
    let q = label_at(start, k, 0u);
    for (var c = 0u; c < 4u && k + c < settings.width; c++) {
      if (q[c] > best.score) {
        best.score = q[c];
        best.index = k + c;
      }
    }
  }
  return row_top(best, lane).index;
}

// First sweep: keeps the row, and finds the top class and what is odd.
fn scan_row(start: u32, position: u32, lane: u32) -> Top {
  var top = Top(-3.4e38, NO_CLASS, 0u, 0.0);
  let quads = quads_of(position);
  for (var j = 0u; j < quads; j++) {
    let k = class_of(position, j);
    let bits = read_logits(start, k);
    let z = bitcast<vec4f>(bits);
    if (ROW_QUADS > 0u) {
      kept[j] = z;
    }
    let odd = full_exponent(bits);
    top.odd |= either(odd);
    let best = max(max(z.x, z.y), max(z.z, z.w));
    if (best > top.score) {
      top.score = best;
      top.index = k + select(select(select(3u, 2u, z.z == best), 1u, z.y == best), 0u, z.x == best);
    }
    if (LIMITED) {
      let size = select(vec4f(), abs(z), below(k, settings.width));
      top.largest = max(top.largest, max(max(size.x, size.y), max(size.z, size.w)));
    }
    if (SOFT) {
      let labels = full_exponent(bitcast<vec4u>(label_at(start, k, 0u)));
      top.odd |= either(labels);
    }
  }
  return row_top(top, lane);
}

// Euclidean norm of the logits, scaled so that squares neither overflow nor vanish.
fn row_norm(start: u32, position: u32, largest: f32, lane: u32) -> f32 {
  let scale = max(largest, 1.2e-38);
  var squares = vec4f();
  let quads = quads_of(position);
  for (var j = 0u; j < quads; j++) {
    let z = select(vec4f(), logits_at(start, position, j) / scale, below(class_of(position, j), settings.width));
    squares += z * z;
  }
  return scale * sqrt(row_sum(vec4f(total(squares), vec3f()), lane).x);
}

// Differences of scores from the top one.
fn scores_of(z: vec4f, factor: f32, top: f32) -> vec4f {
  return max(factor * (z - top), vec4f(-3e38));
}

fn sum_exponentials(start: u32, position: u32, factor: f32, top: Top, lane: u32) -> f32 {
  var sums = vec4f();
  let quads = quads_of(position);
  for (var j = 0u; j < quads; j++) {
    let k = class_of(position, j);
    let e = exp(max(factor * (logits_at(start, position, j) - top.score), vec4f(LEAST)));
    sums += select(vec4f(), e, others_of(k, top.index));
  }
  return row_sum(vec4f(total(sums), vec3f()), lane).x;
}

// log p at score difference a.
fn log_p_at(stage: Stage, a: f32, tail: f32) -> f32 {
  if (tail == 1.0) {
    return a - stage.log_sum;
  }
  return -log1p((tail - 1.0) * (stage.log_sum - a)) / (tail - 1.0);
}

// Normaliser c of a heavy tail, sum over k of exp_t(a_k - c) = 1. Newton's method on (sum)^(1 - t) = 1: nearly linear in c,
// concave, and approached from below.
fn solve_tail(start: u32, position: u32, own: Stage, top: Top, tail: f32, lane: u32) -> Stage {
  var stage = own;
  let quads = quads_of(position);
  for (var step = 0u; step < 10u; step++) {
    var sums = vec4f();
    for (var j = 0u; j < quads; j++) {
      let a = scores_of(logits_at(start, position, j), stage.factor, top.score);
      let there = others_of(class_of(position, j), top.index);
      for (var c = 0u; c < 4u; c++) {
        let l = log_p_at(stage, a[c], tail);
        sums += select(vec4f(), vec4f(exp(max(l, LEAST)), exp(max(tail * l, LEAST)), 0.0, 0.0), there[c]);
      }
    }
    sums = row_sum(sums, lane);
    let l = log_p_at(stage, 0.0, tail);
    let excess = sums.x + expm1(l);
    stage.others = sums.y;
    stage.whole = sums.y + exp(tail * l);
    if (step < 9u) {
      stage.log_sum -= expm1((1.0 - tail) * log1p(excess)) * exp(tail * log1p(excess)) / ((tail - 1.0) * stage.whole);
    }
  }
  stage.others /= stage.whole;
  return stage;
}

// How fast a log-probability follows its score: d log p_k / d score_j = rate_k (delta_kj - escort_j).
fn rate_at(l: f32, tail: f32) -> f32 {
  return select(exp(max((tail - 1.0) * l, LEAST)), 1.0, tail == 1.0);
}

fn escort_at(stage: Stage, l: f32, tail: f32) -> f32 {
  if (tail == 1.0) {
    return exp(max(l, LEAST));
  }
  return exp(max(tail * l, LEAST)) / stage.whole;
}

fn measure_row(turn: Turn, factor: f32, seal: Seal, lane: u32) -> RowLoss {
  let start = turn.row * settings.width;
  let position = turn.position;
  let label = turn.label.class_index;
  let quads = quads_of(position);
  let top = scan_row(start, position, lane);
  var result = RowLoss();
  result.predicted = top.index;
  result.label = label;
  var norm = 0.0;
  if (LIMITED) {
    norm = row_norm(start, position, top.largest, lane);
  }
  var mass = 1.0;
  var top_label = select(0.0, 1.0, label == top.index);
  if (SOFT) {
    var sum = vec4f();
    for (var j = 0u; j < quads; j++) {
      sum += label_at(start, class_of(position, j), label);
    }
    mass = row_sum(vec4f(total(sum), vec3f()), lane).x;
    if (HAS_correct) {
      result.label = likeliest_label(start, position, lane);
    }
    top_label = bitcast<f32>(word_at(read_second(start + top.index, 0u), start + top.index));
  }
  var label_logit = 0.0;
  if (!SOFT) {
    label_logit = logit_at(start + min(label, settings.width - 1u));
  }

  if (ROW_LANES > 1u && !HAS_first) {
    storageBarrier();  // one lane writes the gradient where all have read the label's logit
  }
  var log_p = 0.0;
  var tops: array<f32, STAGES>;
  var stages: array<Stage, STAGES>;
  var coefficients: array<Coefficients, TERMS>;
  for (var s = 0u; s < STAGES; s++) {
    let numbers = stage_numbers(s);
    let tail = numbers.z;
    var stage = Stage();
    stage.factor = numbers.x;
    var bound = false;
    if (is_limited(s)) {
      // A row of zeros has no direction: nothing comes out where there is no temperature either.
      bound = norm * numbers.x > numbers.y;
      stage.factor = select(select(numbers.x, 0.0, numbers.x > 3e38), numbers.y / norm, bound);
    }
    if (is_tailed(s)) {
      stage = solve_tail(start, position, stage, top, tail, lane);
    } else {
      let sum = sum_exponentials(start, position, stage.factor, top, lane);
      stage.log_sum = log1p(sum);
      stage.others = sum / (1.0 + sum);
    }
    let top_log = log_p_at(stage, 0.0, tail);
    let label_score = stage.factor * (label_logit - top.score);
    let label_log = log_p_at(stage, label_score, tail);

    // Sums over classes: of every term where some term needs them or labels are soft.
    var sums: array<TermSums, TERMS>;
    var spread = vec4f();  // sum of escort times score difference
    if (SOFT || needs_sums(s)) {
      for (var j = 0u; j < quads; j++) {
        let k = class_of(position, j);
        let a = scores_of(logits_at(start, position, j), stage.factor, top.score);
        let q = label_at(start, k, label);
        let there = others_of(k, top.index);
        for (var c = 0u; c < 4u; c++) {
          if (there[c]) {
            let l = log_p_at(stage, a[c], tail);
            collect(s, &sums, l, a[c], top_log, q[c], rate_at(l, tail));
            if (is_limited(s)) {
              spread.x += escort_at(stage, l, tail) * a[c];
            }
          }
        }
      }
    } else if (is_limited(s)) {
      for (var j = 0u; j < quads; j++) {
        let a = scores_of(logits_at(start, position, j), stage.factor, top.score);
        let there = others_of(class_of(position, j), top.index);
        for (var c = 0u; c < 4u; c++) {
          if (there[c]) {
            spread.x += escort_at(stage, log_p_at(stage, a[c], tail), tail) * a[c];
          }
        }
      }
    }
    if (is_limited(s)) {
      spread = row_sum(spread, lane);
    }
    var pull_top = 0.0;
    var pull_others = 0.0;
    var along = 0.0;
    for (var i = 0u; i < TERMS; i++) {
      if (stage_of(i) != s) {
        continue;
      }
      if (spreads(i)) {
        sums[i].plain = row_sum(sums[i].plain, lane);
      }
      if (SOFT) {
        sums[i].labelled = row_sum(sums[i].labelled, lane);
      } else if (label != top.index) {
        let rate = rate_at(label_log, tail);
        let own = psi_of(i, label_log, false);
        let value = select(own.x, difference_of(i, label_score, top_log), kind_of(i) == CENTERED);
        sums[i].labelled = vec4f(value, own.y * rate, own.y * rate * label_score, 0.0);
      }
      let at_top = psi_of(i, top_log, true) * vec2f(1.0, rate_at(top_log, tail));
      let settled = settle(kind_of(i), term_numbers(i), sums[i], at_top, top_label, mass);
      result.loss += settled.x;
      coefficients[i] = Coefficients(settled.y, settled.z);
      pull_top += (settled.y * top_label + settled.z) * at_top.y;
      let pulls = settled.y * sums[i].labelled + settled.z * sums[i].plain;
      pull_others += pulls.y;
      along += pulls.z;
    }
    stage.pull = pull_others + pull_top;
    if (bound) {
      // Components of the gradient along the scores, over their squared norm: score differences do, for a gradient sums to 0.
      stage.along = (along - stage.pull * spread.x) / (numbers.y * numbers.y);
    }
    // The top class by itself: its log-probability times what the others pull, and so on.
    let escort_top = escort_at(stage, top_log, tail);
    stages[s] = stage;
    tops[s] = pull_top * stage.others - escort_top * pull_others;
  }
  if (NEEDS_LOG_SUM) {
    let log_sum = log1p(sum_exponentials(start, position, 1.0, top, lane));
    result.log_sum = top.score + log_sum;
    log_p = (label_logit - top.score) - log_sum;
  }
  result.scored = scored_of_row(result.loss, label_logit, log_p);
  result.broken = is_broken(turn, is_odd(top.odd), result);
  if (seal.writes && HAS_gradient) {
    let marks = marks_of(seal, result.broken);
    for (var j = 0u; j < quads; j++) {
      let k = class_of(position, j);
      let z = logits_at(start, position, j);
      let q = label_at(start, k, label);
      var g = vec4f();
      for (var s = 0u; s < STAGES; s++) {
        let stage = stages[s];
        let tail = stage_numbers(s).z;
        let a = scores_of(z, stage.factor, top.score);
        var pulls = vec4f();
        for (var c = 0u; c < 4u; c++) {
          let l = log_p_at(stage, a[c], tail);
          pulls[c] = pull_of(s, &coefficients, l, q[c], rate_at(l, tail)) - escort_at(stage, l, tail) * stage.pull;
        }
        pulls = select(pulls, vec4f(tops[s]), vec4u(k, k + 1u, k + 2u, k + 3u) == vec4u(top.index));
        if (is_limited(s)) {
          pulls -= stage.along * stage.factor * z;
        }
        g += stage.factor * pulls;
      }
      write_gradient(start + k, 1u, below(k, settings.width), marked(g * factor, marks));
    }
  }
  return result;
}
