// The one reduction over a workgroup: a fixed tree, so that equal input gives equal bits.

// What is reduced, as bits: sums of two floats and six counts, or moments.
struct Item {
  head: vec4u,
  tail: vec4u,
}

var<workgroup> shared_values: array<Item, WORKGROUP_SIZE>;

const ADD = 0u;    // head.xy as f32, all others as u32
const MERGE = 1u;  // moments

fn no_item() -> Item {
  return Item(vec4u(0u), vec4u(0u));
}

fn add(a: Item, b: Item) -> Item {
  return Item(vec4u(bitcast<vec2u>(bitcast<vec2f>(a.head.xy) + bitcast<vec2f>(b.head.xy)), a.head.zw + b.head.zw), a.tail + b.tail);
}

fn combine(operation: u32, a: Item, b: Item) -> Item {
  if (operation == MERGE) {
    return merge_moments(a, b);
  }
  return add(a, b);
}

// Reduces over `count` lanes that stand `stride` apart and hold positions 0 to count - 1; all of them get the result.
fn reduce(operation: u32, value: Item, lane: u32, position: u32, count: u32, stride: u32) -> Item {
  shared_values[lane] = value;
  workgroupBarrier();  // every value is in place
  for (var span = 1u << (31u - countLeadingZeros(max(count, 2u) - 1u)); span > 0u; span >>= 1u) {
    if (position < span && position + span < count) {
      shared_values[lane] = combine(operation, shared_values[lane], shared_values[lane + span * stride]);
    }
    workgroupBarrier();  // this level is complete before the next one reads it
  }
  let result = shared_values[lane - position * stride];
  workgroupBarrier();  // everybody has read: the next reduction may overwrite
  return result;
}
