// Values of a layer and the derivatives of its activations. left: values of the layer before; right: weights, with the biases as their
// last column, for which the unit after the last has the value 1.
@group(0) @binding(3) var<storage, read_write> values: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> firsts: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> broken: array<atomic<u32>>;

fn left(row: u32, k: u32) -> mat4x4f { return left_rows(row, k); }
fn right(k: u32, column: u32) -> mat4x4f { return transpose(right_rows(column, k)); }

fn finish(split: u32, row: u32, column: u32, sum: vec4f) {
  let unit = 4u * column + vec4u(0u, 1u, 2u, 3u);
  let inside = unit < vec4u(sizes.units);
  let one = select(vec4f(), vec4f(1.0), unit == vec4u(sizes.units));
  let at = row * sizes.stride + column;
  let tame = tamed(row, sum);
  values[at] = select(one, activation_value(tame), inside);
  firsts[at] = select(vec4f(), activation_slope(tame), inside);
}
