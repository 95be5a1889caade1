// d prediction / d pre-activation of the layer before. left: that of a layer; right: its weights.
@group(0) @binding(3) var<storage, read> firsts: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> pulls: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> broken: array<atomic<u32>>;

fn left(row: u32, k: u32) -> mat4x4f { return left_rows(row, k); }
fn right(k: u32, column: u32) -> mat4x4f { return right_rows(k, column); }

fn finish(split: u32, row: u32, column: u32, sum: vec4f) {
  let at = row * sizes.stride + column;
  // The column of the biases is none of the layer below.
  pulls[at] = tamed(row, select(vec4f(), sum * firsts[at], firsts[at] != vec4f()));
}
