// Gradient of the first weights: errorsᵀ inputs.
@group(0) @binding(1) var<storage, read> errors: array<vec4f>;
@group(0) @binding(2) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradients: array<vec4f>;

fn left(row: u32, k: u32) -> mat4x4f {
  let place = place_of(k);
  let n = HIDDEN_BLOCKS;
  let at = (place.network * sizes.rows + 4u * place.block) * n + row;
  return transpose(mat4x4f(errors[at], errors[at + n], errors[at + 2u * n], errors[at + 3u * n]));
}
fn right(k: u32, column: u32) -> mat4x4f {
  let n = sizes.right_stride;
  let at = 4u * (k % sizes.depth) * n + column;
  return mat4x4f(inputs[at], inputs[at + n], inputs[at + 2u * n], inputs[at + 3u * n]);
}
fn finish(network: u32, row: u32, column: u32, sum: vec4f) {
  if (row < HIDDEN && column < sizes.right_stride) {
    gradients[first_weights(network) + row * sizes.right_stride + column] = sum;
  }
}
