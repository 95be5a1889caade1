// One group: the whole batch.

const CLASSES = 1u;

// What samples are scored against.
struct References {
  header: Item,  // counts: odd samples in y, poison in w
  mean: f32,
  inverse: f32,
}

fn references_from(statistics: Item) -> References {
  return References(statistics, statistics.values.x, inverse_of(statistics));
}

fn references_of(workgroup: u32, spot: Spot, lane: u32) -> References {
  if (MASKED) {
    return references_from(batch_statistics(workgroup, lane));
  }
  return References();
}

fn z_of(scored: vec4f, positive: vec4<bool>, row: u32, references: References) -> vec4f {
  return (scored - references.mean) * references.inverse;
}

fn belonging(quad: Quad, row: u32, label: u32) -> vec4<bool> {
  return vec4<bool>(true);
}

fn store_inliers(sums: Item, spot: Spot, lane: u32) {}

fn pass_finalize(workgroup: u32, workgroups: u32, lane: u32) {}

fn publish_groups(workgroup: u32, workgroups: u32, kept: u32, lane: u32) {
  if (MASKED && workgroup == 0u && lane == 0u) {
    publish_statistics(0u, false, kept);
  }
}
