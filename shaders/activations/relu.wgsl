// max(a, 0); its derivative at 0 is 0. A NaN stays one.
fn activation_value(a: vec4f) -> vec4f { return a * activation_slope(a); }
fn activation_slope(a: vec4f) -> vec4f { return select(vec4f(), vec4f(1.0), a > vec4f()); }
fn activation_bend(value: vec4f) -> vec4f { return vec4f(); }
