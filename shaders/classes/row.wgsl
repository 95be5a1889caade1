// One row of logits: its loss, and its gradient. A sum of terms (see src/classes/terms.ts), each over the classes of a stage: scores
// are the logits times a factor, log-probabilities follow from them by a softmax or its heavy-tailed form. ROW_LANES lanes share a row.
//
// The top class is kept apart in all sums. Its probability may be close to 1, and then loss and gradient are made of what the
// others have: 1 - p is their sum, never a difference.

// The exponential of anything below is 0.
const LEAST = -103.0;
const NO_CLASS = 0xffffffffu;

// How exponentials and their powers are found, WAY being one of these: from one root exp(q a), where all exponents are 1/2 or all
// are 1; or each by itself.
const HALF = 0u;
const WHOLE = 1u;
const ANY = 2u;
const LOG2_E = 1.4426950408889634;

struct Stage {
  factor: f32,
  log_sum: f32,  // of a softmax: log(1 + sum of the others); of a heavy tail: the normaliser
  others: f32,   // sum of the escort of all classes but the top one
  whole: f32,    // of a heavy tail: sum of p^tail
  pull: f32,     // sum of what pulls at log-probabilities, over all classes
  along: f32,    // what a norm takes from the gradient, per logit less the top one
}

struct Coefficients {
  own: f32,     // times the label
  every: f32,  // of every class
}

struct RowLoss {
  loss: f32,
  scored: f32,
  log_sum: f32,    // ln sum exp of the logits
  predicted: u32,
  label: u32,      // the labelled class, or the most probable one
  broken: bool,    // what the row holds or comes to is not finite
}

// What becomes of a row's gradient.
struct Seal {
  writes: bool,
  keeps: bool,   // otherwise it is 0,
  spoils: bool,  // or NaN
}

// As bits, for NaN must leave as such: what stays of a word, and what it becomes.
fn marks_of(seal: Seal, broken: bool) -> vec2u {
  let spoiled = seal.spoils || (broken && !MASKED && !OMITS);
  return vec2u(select(0u, 0xffffffffu, seal.keeps && !broken), select(0u, NAN_BITS, spoiled));
}

fn marked(gradient: vec4f, marks: vec2u) -> vec4u {
  return (bitcast<vec4u>(gradient) & vec4u(marks.x)) | vec4u(marks.y);
}

// Rows may be split over workgroups: the segment that this one has.
var<private> segment: u32;

fn quads_of_segment() -> u32 {
  return ((settings.width + 3u) / 4u + SEGMENTS - 1u) / SEGMENTS;
}

// Quads of a row that a lane has, and where they are.
fn quads_of(position: u32) -> u32 {
  var quads = (settings.width + 3u) / 4u;
  if (SEGMENTS > 1u) {
    let each = quads_of_segment();
    quads = min(each, quads - min(quads, segment * each));
  }
  return (quads + ROW_LANES - 1u - position) / ROW_LANES;
}

fn class_of(position: u32, j: u32) -> u32 {
  if (SEGMENTS > 1u) {
    return 4u * (segment * quads_of_segment() + position + ROW_LANES * j);
  }
  return 4u * (position + ROW_LANES * j);
}

// Those of a lane's quads that are whole: the last one of a row may not be.
fn whole_quads(position: u32, quads: u32) -> u32 {
  return select(quads, quads - 1u, quads > 0u && class_of(position, quads - 1u) + 4u > settings.width);
}

fn has_class(position: u32, k: u32) -> bool {
  if (SEGMENTS > 1u) {
    let each = quads_of_segment();
    return k / 4u / each == segment && k / 4u % each % ROW_LANES == position;
  }
  return k / 4u % ROW_LANES == position;
}

// Logits of a quad; beyond the row, those of the least class.
fn read_logits(start: u32, k: u32) -> vec4u {
  let bits = read_first(start + k, 1u);
  return select(vec4u(0xff7fffffu), bits, below(k, settings.width));
}

fn word_at(bits: vec4u, at: u32) -> u32 {
  return bits[select(0u, at & 3u, VECTOR)];
}

fn logit_at(at: u32) -> f32 {
  return bitcast<f32>(word_at(read_first(at, 0u), at));
}

// Sums over all classes but the top one, of a term: values, pulls (slope times rate), and pulls times the score difference;
// of soft labels the same times the label.
struct TermSums {
  plain: vec4f,
  labelled: vec4f,
}

// Value of a term, and the coefficients of psi in its gradient. `missing` is sum of q (N - n) for shares of a complement.
fn settle(kind: u32, numbers: vec4f, sums: TermSums, top: vec2f, top_label: f32, mass: f32) -> vec3f {
  let rest = sums.plain.x;
  let whole = rest + top.x;
  let labelled = sums.labelled.x + top_label * top.x;
  var own = numbers.x * numbers.y;
  var every = numbers.x * numbers.z * mass;
  var value = numbers.y * labelled + numbers.z * mass * whole;
  if (kind == NORMALIZED) {
    // A share of next to nothing is not finite: float32 has lost what it is made of.
    value = numbers.y * (labelled / select(whole, 0.0, whole < 1e-30)) + numbers.z * mass;
    every = -own * (labelled / whole) / whole;
    own /= whole;
  }
  if (kind == COMPLEMENT) {
    let missing = top_label * rest + (mass - top_label) * whole - sums.labelled.x;
    value = numbers.y * missing / whole + numbers.z * mass * f32(settings.width - 1u);
    every = own * (labelled / whole) / whole;
    own /= -whole;
  }
  if (kind == CENTERED) {
    value = numbers.y * sums.labelled.x + numbers.z * mass * rest;
  }
  return vec3f(numbers.x * (value + numbers.w * mass), own, every);
}
