// The factor of the Lai loss: the larger projection of a unit error on a slope, of four slopes at once (see src/lai/factor.ts).

struct Factor {
  value: vec4f,
  // The derivative with respect to the slope is cosine² times tail. They meet with residuals one by one: products of all would overflow,
  // or vanish, before the result does.
  cosine: vec4f,
  tail: vec4f,
}

fn lambda_of(feature: u32) -> f32 {
  return parameter(FIRST_LAMBDA + select(0u, feature, LAMBDAS > 1u));
}

fn factor_of(k: vec4f, lambda: f32) -> Factor {
  // 1 / sqrt(1 + k²) and |k| / sqrt(1 + k²), without an overflow in k².
  let a = abs(k);
  let steep = a > vec4f(1.0);
  let t = select(a, 1.0 / a, steep);
  let root = 1.0 / sqrt(1.0 + t * t);
  let cosine = select(root, t * root, steep);
  let sine = select(a * root, root, steep);
  let least = min(lambda, 1.0);
  let most = max(lambda, 1.0);
  if (PLAIN) {
    let above = min(a * a, vec4f(3e38)) >= vec4f(lambda);
    let value = select(most * cosine * cosine, sine * sine / least, above);
    return Factor(value, cosine, 2.0 * sign(k) * sine * cosine * select(vec4f(-most), vec4f(1.0 / least), above));
  }
  let above = a >= vec4f(lambda);
  let tail = sign(k) * select(-most * sine, cosine / least, above);
  return Factor(select(most * cosine, sine / least, above), cosine, tail);
}

// Values, and derivatives with respect to the residual and to the slope.
struct Lai {
  loss: vec4f,
  by_residual: vec4f,
  by_slope: vec4f,
}

fn lai_of(r: vec4f, factor: Factor) -> Lai {
  if (PLAIN) {
    return Lai(factor.value * r * r, 2.0 * factor.value * r, (r * factor.cosine) * ((r * factor.cosine) * factor.tail));
  }
  let x = factor.value * r;
  let a = base_loss(x.x);
  let b = base_loss(x.y);
  let c = base_loss(x.z);
  let d = base_loss(x.w);
  let pull = vec4f(a.y, b.y, c.y, d.y);
  return Lai(vec4f(a.x, b.x, c.x, d.x), factor.value * pull, (pull * factor.cosine) * ((r * factor.cosine) * factor.tail));
}
