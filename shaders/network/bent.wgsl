// A loss of slopes as well: what their tangents add.
@group(0) @binding(5) var<storage, read> bends: array<vec4f>;
fn bend_at(at: u32) -> vec4f { return bends[at]; }
