// d loss / d outputs, as losses have written them, with zeros as padding: rows of four vec4s, so that products read whole blocks.
@group(0) @binding(1) var<storage, read> slopes: array<f32>;
@group(0) @binding(2) var<storage, read_write> padded: array<vec4f>;

// Grid: a lane per vec4 of the result.
@compute @workgroup_size(64)
fn slopes_main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&padded)) {
    return;
  }
  let row = id.x / (OUTPUTS / 4u);
  let unit = 4u * (id.x % (OUTPUTS / 4u));
  var four = vec4f();
  for (var e = 0u; e < 4u; e++) {
    if (unit + e < sizes.units) {
      four[e] = slopes[row * sizes.units + unit + e];
    }
  }
  padded[id.x] = four;
}
