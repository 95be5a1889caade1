// Gradient of the last weights: slopesᵀ hidden.
@group(0) @binding(1) var<storage, read> padded: array<vec4f>;
@group(0) @binding(2) var<storage, read> hidden: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradients: array<vec4f>;

fn left(row: u32, k: u32) -> mat4x4f {
  let place = place_of(k);
  let n = OUTPUTS / 4u;
  let at = (place.network * sizes.rows + 4u * place.block) * n + row;
  return transpose(mat4x4f(padded[at], padded[at + n], padded[at + 2u * n], padded[at + 3u * n]));
}
fn right(k: u32, column: u32) -> mat4x4f {
  let place = place_of(k);
  let n = HIDDEN_BLOCKS;
  let at = (place.network * sizes.rows + 4u * place.block) * n + column;
  return mat4x4f(hidden[at], hidden[at + n], hidden[at + 2u * n], hidden[at + 3u * n]);
}
fn finish(network: u32, row: u32, column: u32, sum: vec4f) {
  if (row < OUTPUTS && column < HIDDEN_BLOCKS) {
    gradients[last_weights(network) + row * HIDDEN_BLOCKS + column] = sum;
  }
}
