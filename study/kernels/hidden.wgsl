// Values of the hidden layer: relu(inputs W1ᵀ).
@group(0) @binding(1) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> hidden: array<vec4f>;

fn left(row: u32, k: u32) -> mat4x4f {
  let n = sizes.right_stride;
  let at = 4u * row * n + k % sizes.depth;
  return mat4x4f(inputs[at], inputs[at + n], inputs[at + 2u * n], inputs[at + 3u * n]);
}
fn right(k: u32, column: u32) -> mat4x4f {
  let place = place_of(k);
  let n = sizes.right_stride;
  let at = first_weights(place.network) + 4u * column * n + place.block;
  return transpose(mat4x4f(parameters[at], parameters[at + n], parameters[at + 2u * n], parameters[at + 3u * n]));
}
fn finish(network: u32, row: u32, column: u32, sum: vec4f) {
  if (row < sizes.rows && column < HIDDEN_BLOCKS) {
    let constant = 4u * column + vec4u(0u, 1u, 2u, 3u) == vec4u(HIDDEN - 1u);
    hidden[(network * sizes.rows + row) * HIDDEN_BLOCKS + column] = select(max(sum, vec4f()), vec4f(1.0), constant);
  }
}
