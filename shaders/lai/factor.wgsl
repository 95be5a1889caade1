// The factor of the Lai loss: the larger projection of a unit error on a slope, of four slopes at once (see src/lai/factor.ts), and the
// loss of residuals that it scales.

fn lambda_of(feature: u32) -> f32 {
  return parameter(FIRST_LAMBDA + select(0u, feature, LAMBDAS > 1u));
}

// Values, and derivatives with respect to the residual and to the slope.
struct Lai {
  loss: vec4f,
  by_residual: vec4f,
  by_slope: vec4f,
}

fn lai_of(r: vec4f, k: vec4f, lambda: f32) -> Lai {
  // 1 / sqrt(1 + k²) and |k| / sqrt(1 + k²), without an overflow in k².
  let a = abs(k);
  let steep = a > vec4f(1.0);
  let t = select(a, 1.0 / a, steep);
  let root = 1.0 / sqrt(1.0 + t * t);
  let slanted = t * root;
  let cosine = select(root, slanted, steep);
  let sine = select(slanted, root, steep);
  let least = 1.0 / min(lambda, 1.0);
  let most = max(lambda, 1.0);
  // The derivative of the factor is cosine² times tail. They meet with residuals one by one: products of all would overflow, or vanish,
  // before the result does. At k = 0 the sine, and with it the derivative, is 0.
  let negative = bitcast<vec4u>(k) & vec4u(0x80000000u);
  if (PLAIN) {
    let above = min(a * a, vec4f(3e38)) >= vec4f(lambda);
    let value = select(most * cosine * cosine, sine * sine * least, above);
    let tail = bitcast<vec4f>(bitcast<vec4u>(2.0 * sine * cosine * select(vec4f(-most), vec4f(least), above)) ^ negative);
    return Lai(value * r * r, 2.0 * value * r, (r * cosine) * ((r * cosine) * tail));
  }
  let above = a >= vec4f(lambda);
  let value = select(most * cosine, sine * least, above);
  let tail = bitcast<vec4f>(bitcast<vec4u>(select(-most * sine, cosine * least, above)) ^ negative);
  let x = value * r;
  let p = base_loss(x.x);
  let q = base_loss(x.y);
  let s = base_loss(x.z);
  let u = base_loss(x.w);
  let pull = vec4f(p.y, q.y, s.y, u.y);
  // Where a bounded loss has no slope left, the rest may overflow.
  let by_slope = select((pull * cosine) * ((r * cosine) * tail), vec4f(), pull == vec4f());
  return Lai(vec4f(p.x, q.x, s.x, u.x), value * pull, by_slope);
}
