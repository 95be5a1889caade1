// What the ROW_LANES lanes that share a row tell each other. Butterflies: every lane gets the result, and equal input gives equal bits.

var<workgroup> shared_rows: array<array<vec4u, WORKGROUP_SIZE>, 2>;
var<private> exchanges: u32;

// The value of the lane `span` away. Two buffers take turns, so that one barrier is enough: nobody is two exchanges ahead.
fn exchange(value: vec4u, lane: u32, span: u32) -> vec4u {
  if (span < SUBGROUP) {
    return exchange_in_subgroup(value, span);
  }
  exchanges ^= 1u;
  shared_rows[exchanges][lane] = value;
  workgroupBarrier();
  return shared_rows[exchanges][lane ^ span];
}

fn row_sum(value: vec4f, lane: u32) -> vec4f {
  var sum = value;
  for (var span = 1u; span < ROW_LANES; span <<= 1u) {
    sum += bitcast<vec4f>(exchange(bitcast<vec4u>(sum), lane, span));
  }
  return sum;
}

// The class with the largest logit, the first of several; what else a first sweep finds.
struct Top {
  score: f32,
  index: u32,
  odd: u32,      // highest bit: the row holds a NaN or an infinity
  largest: f32,  // magnitude of a logit
}

fn row_top(own: Top, lane: u32) -> Top {
  var top = own;
  for (var span = 1u; span < ROW_LANES; span <<= 1u) {
    let words = exchange(vec4u(bitcast<u32>(top.score), top.index, top.odd, bitcast<u32>(top.largest)), lane, span);
    let score = bitcast<f32>(words.x);
    if (score > top.score || (score == top.score && words.y < top.index)) {
      top.score = score;
      top.index = words.y;
    }
    top.odd |= words.z;
    top.largest = max(top.largest, bitcast<f32>(words.w));
  }
  return top;
}
