// A loss of predictions alone.
fn bend_at(at: u32) -> vec4f { return vec4f(); }
