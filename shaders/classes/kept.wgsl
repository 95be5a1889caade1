// Rows that their lanes keep on chip, the quick way: one sweep reads them and finds the top class, another adds up about it.

var<private> kept: array<vec4f, ROW_QUADS>;

fn row_quad(start: u32, position: u32, j: u32) -> vec4f {
  return kept[j];
}

fn scan_row(row: u32, position: u32, factor: f32, rates: Rates, lane: u32) -> Scan {
  var top = Top(-3.4e38, NO_CLASS, 0u, 0.0);
  var odd = 0u;
  let quads = quads_of(position);
  var j = 0u;
  loop {
    let k = class_of(position, j);
    let bits = read_logits(row * settings.width, k);
    let z = bitcast<vec4f>(bits);
    kept[j] = z;
    let exponents = full_exponent(bits);
    odd |= either(exponents);
    let best = largest_of(z);
    let grows = best > top.score;
    top.score = select(top.score, best, grows);
    if (HAS_predictedClass || HAS_correct) {
      let place = k + select(select(select(3u, 2u, z.z == best), 1u, z.y == best), 0u, z.x == best);
      top.index = select(top.index, place, grows);
    }
    continuing {
      j++;
      break if j >= quads;
    }
  }
  top.odd = odd;
  top = row_top(top, lane);

  var others = 0.0;
  var ties = 0.0;
  var powers = Powers();
  j = 0u;
  loop {
    let there = below(class_of(position, j), settings.width);
    let z = kept[j];
    let d = select(vec4f(), z - top.score, there);
    let root = exp2(rates.root * d);
    let tops = z == vec4f(top.score);
    others += total(select(vec4f(), from_root(root), there & !tops));
    ties += total(select(vec4f(), vec4f(1.0), tops));
    powers = with_totals(powers, with_powers(PowerQuads(), d, root, rates.powers), 4.0);
    continuing {
      j++;
      break if j >= quads;
    }
  }
  let whole = row_sum(vec4f(others, ties, three_powers(powers).xy), lane);
  let all = row_powers(powers, whole.zw, lane);
  // Of several equal top classes, all but one count.
  return Scan(top.score, top.index, whole.x + (whole.y - 1.0), all, is_odd(top.odd));
}

fn write_quads(start: u32, position: u32, quads: u32, pulls: Pulls) {
  let whole = whole_quads(position, quads);
  for (var j = 0u; j < whole; j++) {
    write_quad(start, position, j, pulls, vec4<bool>(true));
  }
  for (var j = whole; j < quads; j++) {
    write_quad(start, position, j, pulls, below(class_of(position, j), settings.width));
  }
}
