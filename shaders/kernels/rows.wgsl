// Samples that are rows: averages loss and scored value over the elements of each row, and spreads the gradient over them.
// `row_lanes` lanes share a row. Grid: row slices.

fn slice_end(workgroup: u32) -> u32 {
  return min((workgroup + 1u) * settings.slice_rows, settings.rows);
}

fn rows_at_once() -> u32 {
  return WORKGROUP_SIZE / settings.row_lanes;
}

fn reduce_rows(workgroup: u32, lane: u32) {
  let position = lane % settings.row_lanes;
  let end = slice_end(workgroup);
  for (var base = workgroup * settings.slice_rows; base < end; base += rows_at_once()) {
    let row = base + lane / settings.row_lanes;
    var sums = vec2f(0.0);
    var members = 0u;
    var broken = 0u;
    var invalid = 0u;
    var column = select(settings.width, 4u * position, row < end);
    while (column < settings.width) {
      let stop = min(column + RUN * 4u * settings.row_lanes, settings.width);
      var near = vec2f(0.0);
      for (; column < stop; column += 4u * settings.row_lanes) {
        let quad = element_quad(row * settings.width + column, 1u, column + vec4u(0u, 1u, 2u, 3u) < vec4u(settings.width));
        near += vec2f(
          dot(select(vec4f(0.0), quad.loss, quad.usable), vec4f(1.0)),
          dot(select(vec4f(0.0), quad.scored, quad.usable), vec4f(1.0)));
        members += count(quad.usable | quad.broken);
        broken += count(quad.broken);
        invalid += dot(quad.invalid, vec4u(1u));
      }
      sums += near;
    }
    var item = Item(vec4u(bitcast<vec2u>(sums), members, broken), vec4u(invalid, 0u, 0u, 0u));
    if (settings.row_lanes > 1u) {
      item = reduce(ADD, item, lane, position, settings.row_lanes, 1u);
    }
    let total = item.head;
    if (position == 0u && row < end) {
      let means = bitcast<vec2f>(total.xy) / f32(max(total.z, 1u));
      let overflow = non_finite(vec4u(bitcast<vec2u>(means), 0u, 0u));
      let is_broken = total.w > 0u || overflow.x || overflow.y;
      samples[row] = vec4u(
        select(bitcast<vec2u>(means), vec2u(0u), vec2<bool>(is_broken)), total.z, select(0u, BROKEN, is_broken) + INVALID * item.tail.x);
    }
  }
}

fn spread_gradient(workgroup: u32, conclusion: Conclusion, lane: u32) {
  let position = lane % settings.row_lanes;
  let start = workgroup * settings.slice_rows + lane / settings.row_lanes;
  for (var row = start; row < slice_end(workgroup); row += rows_at_once()) {
    let entry = samples[row];
    let kept = (entry.w & KEPT) != 0u;
    let weight = bitcast<vec4f>(weights_at(row, 1u)).x;
    let upstream = bitcast<vec4f>(upstream_at(row, 1u)).x;
    var factor = 0.0;
    if (kept) {
      factor = weight / f32(entry.z) * upstream;
      if (!flag(UNSCALED)) {
        factor *= conclusion.scale;
      }
    }
    for (var column = 4u * position; column < settings.width; column += 4u * settings.row_lanes) {
      let start = row * settings.width + column;
      let inside = column + vec4u(0u, 1u, 2u, 3u) < vec4u(settings.width);
      let quad = element_quad(start, 1u, inside);
      let pull = select(vec4f(0.0), quad.slope * factor, quad.usable);
      write_gradient(start, 1u, inside, select(bitcast<vec4u>(pull), vec4u(NAN_BITS), vec4<bool>(conclusion.spoiled)));
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn rows_main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let workgroup = id.x + id.y * grid.x;
  if (workgroup < settings.slices) {
    reduce_rows(workgroup, lane);
    storageBarrier();  // the slice's samples are read back by other lanes
    accumulate(workgroup, lane);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn last_main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let workgroup = id.x + id.y * grid.x;
  let conclusion = conclude(settings.first_slice == 0u && workgroup == 0u, lane);
  if (WRITES_GRADIENT && workgroup < settings.slices) {
    spread_gradient(workgroup, conclusion, lane);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn small_main(@builtin(local_invocation_index) lane: u32) {
  reduce_rows(0u, lane);
  storageBarrier();  // samples are read back by other lanes
  accumulate(0u, lane);
  storageBarrier();  // so are moments
  score(0u, lane);
  storageBarrier();  // and sums
  let conclusion = conclude(true, lane);
  if (WRITES_GRADIENT) {
    spread_gradient(0u, conclusion, lane);
  }
}
