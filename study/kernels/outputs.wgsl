// Outputs, hidden W2ᵀ, without padding: as a loss reads them.
@group(0) @binding(1) var<storage, read> hidden: array<vec4f>;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> outputs: array<f32>;

fn left(row: u32, k: u32) -> mat4x4f {
  let place = place_of(k);
  let n = HIDDEN_BLOCKS;
  let at = (place.network * sizes.rows + 4u * row) * n + place.block;
  return mat4x4f(hidden[at], hidden[at + n], hidden[at + 2u * n], hidden[at + 3u * n]);
}
fn right(k: u32, column: u32) -> mat4x4f {
  let place = place_of(k);
  let n = HIDDEN_BLOCKS;
  let at = last_weights(place.network) + 4u * column * n + place.block;
  return transpose(mat4x4f(parameters[at], parameters[at + n], parameters[at + 2u * n], parameters[at + 3u * n]));
}
fn finish(network: u32, row: u32, column: u32, sum: vec4f) {
  for (var e = 0u; e < 4u; e++) {
    let unit = 4u * column + e;
    if (row < sizes.rows && unit < sizes.units) {
      outputs[(network * sizes.rows + row) * sizes.units + unit] = sum[e];
    }
  }
}
