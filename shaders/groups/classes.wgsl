// A group for every column and class 0 or 1.

const CLASSES = 2u;

// Workgroups cover column tiles times row slices.
fn spot_of(workgroup: u32, lane: u32) -> Spot {
  let lanes = WORKGROUP_SIZE / settings.tile_columns;
  let position = lane / settings.tile_columns;
  let column = workgroup % settings.tiles * settings.tile_columns + lane % settings.tile_columns;
  let slice = workgroup / settings.tiles;
  let start = slice * settings.slice_rows;
  let end = min(start + settings.slice_rows, settings.rows);
  let idle = position >= lanes || column >= settings.columns;
  return Spot(settings.first_slice + slice, column, select(start + 4u * position, end, idle), end, 4u * lanes,
    position, position == 0u && !idle);
}

// Over the lanes that share a column.
fn reduce_column(merge: bool, value: Item, spot: Spot, lane: u32) -> Item {
  return reduce(merge, value, lane, spot.position, WORKGROUP_SIZE / settings.tile_columns, settings.tile_columns);
}

// What samples are scored against, by class.
struct References {
  header: Item,  // counts of all groups: odd samples in y, poison in w
  mean: vec2f,
  inverse: vec2f,
}

fn references_of(workgroup: u32, spot: Spot, lane: u32) -> References {
  let group = statistics_slot(CLASSES * min(spot.column, settings.columns - 1u));
  let first = scratch[group];
  let second = scratch[group + 1u];
  return References(
    scratch[header_slot()], vec2f(first.values.x, second.values.x), vec2f(inverse_of(first), inverse_of(second)));
}

fn z_of(scored: vec4f, positive: vec4<bool>, row: u32, references: References) -> vec4f {
  return (scored - select(vec4f(references.mean.x), vec4f(references.mean.y), positive))
    * select(vec4f(references.inverse.x), vec4f(references.inverse.y), positive);
}

fn belonging(quad: Quad, row: u32, label: u32) -> vec4<bool> {
  return quad.positive == vec4<bool>(label == 1u);
}

// The slice's moments have been merged, so their place is free for its inliers.
fn store_inliers(sums: Item, spot: Spot, lane: u32) {
  let total = reduce_column(ADD, sums, spot, lane);
  if (spot.leads) {
    let slot = moments_slot(spot.slice, CLASSES * spot.column);
    scratch[slot].counts.x = total.counts.x - total.counts.w;
    scratch[slot + 1u].counts.x = total.counts.w;
  }
}
