// One group: the whole batch, whose samples stay up to a cutoff.

const CLASSES = 1u;

// What samples are scored against.
struct References {
  header: Item,  // counts: odd samples in y, the last sample that stays with the cutoff in z, poison in w
  cutoff: f32,
  key: vec4u,    // of the cutoff
}

fn references_from(statistics: Item) -> References {
  return References(statistics, statistics.values.x, keys_of(vec4f(statistics.values.x)));
}

fn references_of(workgroup: u32, spot: Spot, lane: u32) -> References {
  return references_from(batch_statistics(workgroup, lane));
}

// How far a loss is above the cutoff, and above 0 where it has to leave. That is for its key to say: what is measured again may be
// rounded in another way, and differences of tiny numbers are flushed to 0.
fn z_of(scored: vec4f, positive: vec4<bool>, row: u32, references: References) -> vec4f {
  let keys = keys_at(row, 0u);
  let late = places_at(row) > vec4u(references.header.counts.z);
  let leaves = (keys > references.key) | ((keys == references.key) & late);
  let above = scored - references.cutoff;
  return select(min(above, vec4f()), max(above, vec4f(1.2e-38)), leaves);
}

fn belonging(quad: Quad, row: u32, label: u32) -> vec4<bool> {
  return vec4<bool>(true);
}

fn store_inliers(sums: Item, spot: Spot, lane: u32) {}

fn pass_finalize(workgroup: u32, workgroups: u32, lane: u32) {}

fn publish_groups(workgroup: u32, workgroups: u32, kept: u32, lane: u32) {
  if (workgroup == 0u && lane == 0u) {
    publish_statistics(0u, false, kept);
  }
}
