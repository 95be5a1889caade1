// Statistics, part one: the moments of every group over one slice of rows.
// Reads the samples once; writes one item per group and slice to scratch. Grid: column tiles x row slices.

fn accumulate(workgroup: u32, lane: u32) {
  let spot = spot_of(workgroup, lane);
  var first = no_item();
  var second = no_item();
  var broken = false;
  var row = spot.row;
  while (row < spot.end) {
    let stop = min(row + RUN * spot.step, spot.end);
    let quick = quick_moments(row, quick_stop(row, stop, spot.step), spot);
    if (quick.sound) {
      first = merge_moments(first, quick.first);
      second = merge_moments(second, quick.second);
      row = stop;
    }
    var near = start_running();
    var near_positive = start_running();
    var odd = 0u;
    for (; row < stop; row += spot.step) {
      let quad = sample_quad(row, spot.column);
      broken |= any(quad.broken);
      odd += count(!quad.usable & (row + vec4u(0u, 1u, 2u, 3u) < vec4u(settings.rows)));
      if (CLASSES == 1u) {
        near = add_quad(near, quad.scored, quad.usable);
      } else {
        near = add_quad(near, quad.scored, quad.usable & !quad.positive);
        near_positive = add_quad(near_positive, quad.scored, quad.usable & quad.positive);
      }
    }
    first = merge_moments(first, pack_moments(near, odd));
    second = merge_moments(second, pack_moments(near_positive, 0u));
  }
  if (broken && !flag(OMIT)) {
    first.head.w = POISON;
    second.head.w = POISON;
  }
  let slice = settings.first_slice + workgroup / settings.tiles;
  let writes = spot.position == 0u && spot.column < settings.columns;
  first = reduce(MERGE, first, lane, spot.position, lanes_per_column(), settings.tile_columns);
  if (CLASSES > 1u) {
    second = reduce(MERGE, second, lane, spot.position, lanes_per_column(), settings.tile_columns);
    if (writes) {
      scratch[moments_slot(slice, CLASSES * spot.column + 1u)] = second;
    }
  }
  if (writes) {
    scratch[moments_slot(slice, CLASSES * spot.column)] = first;
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn accumulate_main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let workgroup = id.x + id.y * grid.x;
  if (workgroup < settings.tiles * settings.slices) {
    accumulate(workgroup, lane);
  }
}
