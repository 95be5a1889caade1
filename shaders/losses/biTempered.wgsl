// The part of the bi-tempered loss that sums over all classes: p^r / r, and less 1 / r for the top class, whose p may be near 1.
fn biTempered(l: f32, top: bool, r: f32) -> vec2f {
  let power = exp(r * l);
  return vec2f(select(power, expm1(r * l), top) / r, power);
}
