// A group for every column and class 0 or 1.

fn groups_at(row: u32, column: u32) -> vec4u {
  let labels = labels_of(read_second(sample_start(row, column), sample_stride()));
  return select(vec4u(CLASSES * column), vec4u(CLASSES * column + 1u), labels.positive);
}
