// One column of samples. Workgroups cover row slices.

fn spot_of(workgroup: u32, lane: u32) -> Spot {
  let start = workgroup * settings.slice_rows;
  let end = min(start + settings.slice_rows, settings.rows);
  return Spot(settings.first_slice + workgroup, 0u, start + 4u * lane, end, 4u * WORKGROUP_SIZE, lane, lane == 0u);
}

// Over the lanes that share a column.
fn reduce_column(merge: bool, value: Item, spot: Spot, lane: u32) -> Item {
  return reduce_all(merge, value, lane);
}
