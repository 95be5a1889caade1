// |r|, with slope 0 at r = 0
fn absoluteError(r: f32) -> vec2f {
  return vec2f(abs(r), sign(r));
}
