// One group.

fn groups_at(row: u32, column: u32) -> vec4u {
  return vec4u();
}
