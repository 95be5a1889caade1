// Gradients of a layer's weights and biases, in parts of the batch. left: d loss / d pre-activation, or d prediction / d pre-activation;
// right: values of the layer before, or tangents.
@group(0) @binding(3) var<storage, read_write> parts: array<vec4f>;

fn left(row: u32, k: u32) -> mat4x4f { return transpose(left_rows(k, row)); }
fn right(k: u32, column: u32) -> mat4x4f { return right_rows(k, column); }

fn finish(split: u32, row: u32, column: u32, sum: vec4f) {
  parts[((sizes.offset + split) * sizes.height + row) * sizes.stride + column] = sum;
}
