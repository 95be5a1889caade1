// No activation.
fn activation_value(a: vec4f) -> vec4f { return a; }
fn activation_slope(a: vec4f) -> vec4f { return vec4f(1.0); }
fn activation_bend(value: vec4f) -> vec4f { return vec4f(); }
