// d prediction / d input. left: d prediction / d pre-activation of the first layer; right: its weights.
@group(0) @binding(3) var<storage, read_write> slopes: array<u32>;
@group(0) @binding(4) var<storage, read> broken: array<u32>;

fn left(row: u32, k: u32) -> mat4x4f { return left_rows(row, k); }
fn right(k: u32, column: u32) -> mat4x4f { return right_rows(k, column); }

fn finish(split: u32, row: u32, column: u32, sum: vec4f) {
  if (row < sizes.rows) {
    for (var e = 0u; e < 4u; e++) {
      let feature = 4u * column + e;
      if (feature < sizes.units) {
        slopes[row * sizes.units + feature] = bitcast<u32>(sum[e]) | broken[row];
      }
    }
  }
}
