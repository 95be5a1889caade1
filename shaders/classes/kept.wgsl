// Rows that their lanes keep on chip, the quick way: one sweep reads them and finds the top class, another adds up about it.

var<private> kept: array<vec4f, ROW_QUADS>;

struct RowSums {
  others: vec4f,
  ties: vec4f,
  powers: Powers,
}

fn row_quad(start: u32, position: u32, j: u32) -> vec4f {
  return kept[j];
}

fn add_quad(position: u32, j: u32, factor: f32, top: f32, way: u32, sums: ptr<function, RowSums>) {
  let there = below(class_of(position, j), settings.width);
  let z = kept[j];
  let a = select(vec4f(), factor * (z - top), there);
  let root = root_of(a, way);
  let tops = z == vec4f(top);
  (*sums).others += select(vec4f(), from_root(root, way), there & !tops);
  (*sums).ties += select(vec4f(), vec4f(1.0), tops);
  (*sums).powers = with_quad((*sums).powers, a, root, way);
}

fn scan_row(row: u32, position: u32, factor: f32, way: u32, lane: u32) -> Scan {
  var top = Top(-3.4e38, NO_CLASS, 0u, 0.0);
  var odd = vec4u();
  let quads = quads_of(position);
  for (var j = 0u; j < quads; j++) {
    let k = class_of(position, j);
    let bits = read_logits(row * settings.width, k);
    let z = bitcast<vec4f>(bits);
    kept[j] = z;
    odd |= full_exponent(bits);
    let best = largest_of(z);
    let grows = best > top.score;
    top.score = select(top.score, best, grows);
    if (HAS_predictedClass || HAS_correct) {
      let place = k + select(select(select(3u, 2u, z.z == best), 1u, z.y == best), 0u, z.x == best);
      top.index = select(top.index, place, grows);
    }
  }
  top.odd = odd.x | odd.y | odd.z | odd.w;
  top = row_top(top, lane);

  var sums = RowSums();
  if (POWERS == 0u) {
    for (var j = 0u; j < quads; j++) {
      add_quad(position, j, factor, top.score, COARSE, &sums);
    }
  } else {
    // One of these loops runs: a branch would cost software adapters all ways in every turn. On short rows care costs less than
    // a third loop.
    for (var j = 0u; j < select(0u, quads, way == SHARED); j++) {
      add_quad(position, j, factor, top.score, SHARED, &sums);
    }
    for (var j = 0u; j < select(quads, 0u, way == SHARED); j++) {
      add_quad(position, j, factor, top.score, FINE, &sums);
    }
  }
  let whole = row_sum(vec4f(total(sums.others), total(sums.ties), three_powers(sums.powers).xy), lane);
  let powers = row_powers(sums.powers, whole.zw, lane);
  // Of several equal top classes, all but one count.
  return Scan(top.score, top.index, whole.x + (whole.y - 1.0), powers, (top.odd & 0x80000000u) != 0u);
}
