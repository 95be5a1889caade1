// Tangents in the direction of d loss / d slopes, after the activations of a layer, and what they add to d loss / d pre-activation: the
// second derivative is `activation_bend` times the first, which `pulls` holds already. left: tangents of the layer before; right: weights.
@group(0) @binding(3) var<storage, read> firsts: array<vec4f>;
@group(0) @binding(4) var<storage, read> pulls: array<vec4f>;
@group(0) @binding(5) var<storage, read> values: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> tangents: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> bends: array<vec4f>;

fn left(row: u32, k: u32) -> mat4x4f { return left_rows(row, k); }
fn right(k: u32, column: u32) -> mat4x4f { return transpose(right_rows(column, k)); }

fn finish(split: u32, row: u32, column: u32, sum: vec4f) {
  let at = row * sizes.stride + column;
  tangents[at] = sum * firsts[at];
  bends[at] = activation_bend(values[at]) * sum * pulls[at];
}
