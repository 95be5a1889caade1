// The one reduction over a workgroup: a fixed tree, so that equal input gives equal bits.

// What is reduced: sums, or moments (see moments.wgsl).
struct Item {
  values: vec4f,
  counts: vec4u,
}

// Where moments and sums travel between workgroups and dispatches: see the slots in settings.wgsl.
@group(0) @binding(24) var<storage, read_write> scratch: array<Item>;

var<workgroup> shared_values: array<Item, WORKGROUP_SIZE>;

const ADD = false;
const MERGE = true;  // moments

fn add(a: Item, b: Item) -> Item {
  return Item(a.values + b.values, a.counts + b.counts);
}

// Reduces over `lanes` lanes that stand `stride` apart and hold positions 0 to lanes - 1; all of them get the result.
fn reduce(merge: bool, value: Item, lane: u32, position: u32, lanes: u32, stride: u32) -> Item {
  var own = value;
  var span = 2u << firstLeadingBit(max(lanes, 2u) - 1u);
  while (span > 0u) {
    if (position < span) {
      shared_values[lane] = own;
    }
    workgroupBarrier();  // this level is complete before the next one reads it
    span >>= 1u;
    if (position < span && position + span < lanes) {
      let other = shared_values[lane + span * stride];
      if (merge) {
        own = merge_moments(own, other);
      } else {
        own = add(own, other);
      }
    }
  }
  let result = shared_values[lane - position * stride];
  workgroupBarrier();  // everybody has read: the next reduction may overwrite
  return result;
}

fn reduce_all(merge: bool, value: Item, lane: u32) -> Item {
  return reduce(merge, value, lane, lane, WORKGROUP_SIZE, 1u);
}
