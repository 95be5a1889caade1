// The one reduction over a workgroup: a fixed tree, so that equal input gives equal bits.

var<workgroup> shared_values: array<vec4u, WORKGROUP_SIZE>;

const ADD = 0u;    // (f32, f32, u32, u32), added
const MERGE = 1u;  // moments, merged

fn add(a: vec4u, b: vec4u) -> vec4u {
  return vec4u(bitcast<vec2u>(bitcast<vec2f>(a.xy) + bitcast<vec2f>(b.xy)), a.zw + b.zw);
}

fn combine(operation: u32, a: vec4u, b: vec4u) -> vec4u {
  if (operation == MERGE) {
    return merge_moments(a, b);
  }
  return add(a, b);
}

// Reduces over `count` lanes that stand `stride` apart and hold positions 0 to count - 1; all of them get the result.
fn reduce(operation: u32, value: vec4u, lane: u32, position: u32, count: u32, stride: u32) -> vec4u {
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
