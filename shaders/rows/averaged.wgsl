// A sample is a row of `width` elements, averaged into `samples`.
// `row_lanes` lanes share a row. Grid: row slices.

const ELEMENTWISE = false;

struct Sample {
  loss: f32,
  scored: f32,
  members: u32,
  state: u32,
}

// Weights of four samples.
fn sample_weights(row: u32) -> vec4u {
  return read_weights(row, 1u);
}

fn rows_at_once() -> u32 {
  return WORKGROUP_SIZE / settings.row_lanes;
}

// Averages loss and scored value over the elements of each row.
fn prepare_samples(workgroup: u32, lane: u32) {
  let position = lane % settings.row_lanes;
  let advance = 4u * settings.row_lanes;
  let end = slice_end(workgroup);
  for (var base = workgroup * settings.slice_rows; base < end; base += rows_at_once()) {
    let row = base + lane / settings.row_lanes;
    var own = Item();  // sums of loss and scored value; members, broken ones, invalid labels
    var column = select(settings.width, 4u * position, row < end);
    while (column < settings.width) {
      let stop = min(column + RUN * advance, settings.width);
      var near = vec2f();
      for (; column < stop; column += advance) {
        let quad = element_quad(row * settings.width + column, 1u, below(column, settings.width), true);
        near += vec2f(
          total(select(vec4f(), quad.losses.loss, quad.used)),
          total(select(vec4f(), quad.losses.scored, quad.used)));
        own.counts += vec4u(count_of(quad.used | quad.broken), count_of(quad.broken), quad.invalid, 0u);
      }
      own.values += vec4f(near, 0.0, 0.0);
    }
    if (settings.row_lanes > 1u) {
      own = reduce(ADD, own, lane, position, settings.row_lanes, 1u);
    }
    if (position == 0u && row < end) {
      let members = own.counts.x;
      let means = own.values / f32(max(members, 1u));
      // Bits again: what overflowed must not be computed with.
      let broken = own.counts.y > 0u || any(non_finite(bitcast<vec4u>(means)));
      let usable = select(means, vec4f(), broken);
      samples[row] = Sample(usable.x, usable.y, members, select(0u, BROKEN, broken) + INVALID * own.counts.z);
    }
  }
  storageBarrier();  // other lanes read the slice's samples
}

// Spreads the gradient of every row over its elements.
fn finish_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  let position = lane % settings.row_lanes;
  let start = workgroup * settings.slice_rows + lane / settings.row_lanes;
  let end = select(start, slice_end(workgroup), HAS_gradient);
  for (var row = start; row < end; row += rows_at_once()) {
    let sample = samples[row];
    var factor = 0.0;
    if ((sample.state & KEPT) != 0u) {
      factor = bitcast<vec4f>(read_weights(row, 1u)).x / f32(sample.members) * select(1.0, upstream_at(row, 1u).x, NONE)
        * select(conclusion.scale, 1.0, UNSCALED);
    }
    for (var column = 4u * position; column < settings.width; column += 4u * settings.row_lanes) {
      let at = row * settings.width + column;
      let quad = element_quad(at, 1u, below(column, settings.width), true);
      let pull = select(vec4f(), quad.losses.slope * factor, quad.used);
      write_gradient(at, 1u, below(column, settings.width), or_nan(bitcast<vec4u>(pull), vec4<bool>(conclusion.spoiled)));
    }
  }
}
