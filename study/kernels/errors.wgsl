// d loss / d pre-activation of the hidden layer: (slopes W2), where the unit is above 0 and no constant.
@group(0) @binding(1) var<storage, read> padded: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> hidden: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> errors: array<vec4f>;

fn left(row: u32, k: u32) -> mat4x4f {
  let place = place_of(k);
  let n = OUTPUTS / 4u;
  let at = (place.network * sizes.rows + 4u * row) * n + place.block;
  return mat4x4f(padded[at], padded[at + n], padded[at + 2u * n], padded[at + 3u * n]);
}
fn right(k: u32, column: u32) -> mat4x4f {
  let place = place_of(k);
  let n = HIDDEN_BLOCKS;
  let at = last_weights(place.network) + 4u * place.block * n + column;
  return mat4x4f(parameters[at], parameters[at + n], parameters[at + 2u * n], parameters[at + 3u * n]);
}
fn finish(network: u32, row: u32, column: u32, sum: vec4f) {
  if (row < sizes.rows && column < HIDDEN_BLOCKS) {
    let at = (network * sizes.rows + row) * HIDDEN_BLOCKS + column;
    let constant = 4u * column + vec4u(0u, 1u, 2u, 3u) == vec4u(HIDDEN - 1u);
    errors[at] = select(vec4f(), sum, (hidden[at] > vec4f()) & !constant);
  }
}
