// The hand-written softmax cross-entropy that the library is measured against: mean loss and gradient in two dispatches, 12 bytes
// per logit. LANES lanes share a row: an online sweep finds the largest logit and the sum of exponentials, a second one writes.
// Constants of the host: WORKGROUP_SIZE, LANES (of a row, a power of two), ROWS, CLASSES; and load, store: four logits at once.

@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32, ROWS>;
@group(0) @binding(4) var<storage, read_write> result: vec4f;  // loss

const ROWS_AT_ONCE = WORKGROUP_SIZE / LANES;
const LEAST = -3e38;

var<workgroup> shared_values: array<vec2f, WORKGROUP_SIZE>;

// Largest logit, and the sum of exponentials of the differences from it.
fn merge(a: vec2f, b: vec2f) -> vec2f {
  let top = max(a.x, b.x);
  return vec2f(top, a.y * exp(a.x - top) + b.y * exp(b.x - top));
}

fn present(k: u32) -> vec4<bool> {
  return vec4u(k) + vec4u(0u, 1u, 2u, 3u) < vec4u(CLASSES);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn differentiate(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let position = lane % LANES;
  let row = (id.x + id.y * grid.x) * ROWS_AT_ONCE + lane / LANES;
  let own = min(row, ROWS - 1u);
  let start = own * CLASSES;
  let label = u32(labels[own]);

  var state = vec2f(LEAST, 0.0);
  for (var k = 4u * position; k < CLASSES; k += 4u * LANES) {
    let z = select(vec4f(LEAST), load(start + k), present(k));
    let top = max(max(max(z.x, z.y), max(z.z, z.w)), state.x);
    state = vec2f(top, state.y * exp(state.x - top) + dot(exp(z - top), vec4f(1.0)));
  }
  if (LANES > 1u) {
    shared_values[lane] = state;
    for (var span = LANES / 2u; span > 0u; span /= 2u) {
      workgroupBarrier();
      if (position < span) {
        shared_values[lane] = merge(shared_values[lane], shared_values[lane + span]);
      }
    }
    workgroupBarrier();
    state = shared_values[lane - position];
  }

  if (row >= ROWS) {
    return;
  }
  let scale = 1.0 / f32(ROWS);
  let factor = scale / state.y;
  for (var k = 4u * position; k < CLASSES; k += 4u * LANES) {
    let hit = vec4u(k) + vec4u(0u, 1u, 2u, 3u) == vec4u(label);
    store(start + k, factor * exp(load(start + k) - state.x) - select(vec4f(), vec4f(scale), hit), k);
  }
  if (position == 0u) {
    losses[row] = log(state.y) + state.x - load(start + label / 4u * 4u)[label % 4u];
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn average(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var row = lane; row < ROWS; row += WORKGROUP_SIZE) {
    sum += losses[row];
  }
  shared_values[lane] = vec2f(sum, 0.0);
  for (var span = WORKGROUP_SIZE / 2u; span > 0u; span /= 2u) {
    workgroupBarrier();
    if (lane < span) {
      shared_values[lane] += shared_values[lane + span];
    }
  }
  if (lane == 0u) {
    result = vec4f(shared_values[0].x / f32(ROWS), 0.0, 0.0, 0.0);
  }
}
