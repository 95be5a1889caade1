/**
 * Ports: the buffers that a kernel may be bound to. A kernel calls every port by its function; a port that a plan leaves out
 * becomes a function that returns the neutral value or does nothing, so that one kernel text serves every set of outputs
 * and nothing is bound that nobody asked for.
 */

/** Port names, with their binding numbers. */
export const bindings = {
  settings: 0,
  first: 1,
  second: 2,
  weights: 3,
  upstream: 4,
  given: 5,
  scratch: 6,
  samples: 7,
  gradient: 8,
  mask: 9,
  z: 10,
  perSample: 11,
  losses: 12,
  loss: 13,
  statistics: 14,
  summary: 15,
} as const;

/** Any port but the uniform settings. */
export type Port = Exclude<keyof typeof bindings, "settings">;

/** Ports that are only read; binding one buffer both to these and to others is what WebGPU forbids. */
export const readOnlyPorts: ReadonlySet<Port> = new Set<Port>(["first", "second", "weights", "upstream", "given"]);

/** How quads of elements are reached: as vec4 (aligned groups of four consecutive ones), or one by one. */
export type View = "vector" | "scalar";

const variable = (port: Port, type: string): string =>
  `@group(0) @binding(${bindings[port]}) var<storage, ${readOnlyPorts.has(port) ? "read" : "read_write"}> port_${port}: array<${type}>;\n`;

/** Indices of the four elements of a quad, which starts at `start` and whose elements stand `stride` apart. */
const four = ["start", "start + stride", "start + 2u * stride", "start + 3u * stride"];

function readQuad(port: Port, view: View, fn: string): string {
  const value =
    view === "vector" ? `port_${port}[start >> 2u]` : `vec4u(${four.map((i) => `port_${port}[${i}]`).join(", ")})`;
  return `fn ${fn}(start: u32, stride: u32) -> vec4u { return ${value}; }\n`;
}

function writeQuad(port: Port, view: View, fn: string, present: boolean): string {
  const scalar = four.map((i, k) => `if (inside[${k}]) { port_${port}[${i}] = bits[${k}]; }`).join(" ");
  const body = !present ? "" : view === "vector" ? `port_${port}[start >> 2u] = bits;` : scalar;
  return `fn ${fn}(start: u32, stride: u32, inside: vec4<bool>, bits: vec4u) { ${body} }\n`;
}

const declare = (port: Port, view: View): string => variable(port, view === "vector" ? "vec4u" : "u32");
const one = "0x3f800000u"; // 1.0

/** WGSL of all ports: variables of those that are present, functions of all of them. */
export function portsWgsl(present: ReadonlySet<Port>, view: View, upstreamPerSample: boolean): string {
  let text = variable("scratch", "Item").replaceAll("port_scratch", "scratch");
  for (const [port, fn] of [
    ["first", "first_at"],
    ["second", "second_at"],
  ] as const) {
    if (present.has(port)) text += declare(port, view) + readQuad(port, view, fn);
    else text += `fn ${fn}(start: u32, stride: u32) -> vec4u { return vec4u(0u); }\n`;
  }
  text += present.has("weights")
    ? declare("weights", view) + readQuad("weights", view, "weights_at")
    : `fn weights_at(start: u32, stride: u32) -> vec4u { return vec4u(${one}); }\n`;
  const upstream = present.has("upstream");
  if (upstream) text += declare("upstream", upstreamPerSample ? view : "scalar");
  text +=
    upstream && upstreamPerSample
      ? readQuad("upstream", view, "upstream_at")
      : `fn upstream_at(start: u32, stride: u32) -> vec4u { return vec4u(${one}); }\n`;
  text += `fn upstream_scalar() -> f32 { return ${upstream && !upstreamPerSample ? "bitcast<f32>(port_upstream[0])" : "1.0"}; }\n`;
  text += present.has("given")
    ? `${variable("given", "vec4u")}fn replace_by_given(own: vec4u, group: u32) -> vec4u {
         return select(vec4u(port_given[group].xy, own.zw), own, vec4<bool>(own.x == NAN_BITS));
       }\n`
    : "fn replace_by_given(own: vec4u, group: u32) -> vec4u { return own; }\n";
  for (const [port, fn] of [
    ["gradient", "write_gradient"],
    ["mask", "write_mask"],
    ["z", "write_z"],
    ["perSample", "write_per_sample"],
    ["losses", "write_losses"],
  ] as const) {
    if (present.has(port)) text += declare(port, view);
    text += writeQuad(port, view, fn, present.has(port));
  }
  text += present.has("gradient")
    ? readQuad("gradient", view, "gradient_at")
    : "fn gradient_at(start: u32, stride: u32) -> vec4u { return vec4u(0u); }\n";
  text += present.has("loss")
    ? `${declare("loss", "scalar")}fn write_loss(bits: u32) { port_loss[0] = bits; }\n`
    : "fn write_loss(bits: u32) {}\n";
  text += present.has("statistics")
    ? `${variable("statistics", "vec4u")}fn write_statistics(group: u32, value: vec4u) { port_statistics[group] = value; }\n`
    : "fn write_statistics(group: u32, value: vec4u) {}\n";
  const words = ["loss", "weight", "scale", "count", "invalid", "broken"];
  const summary = present.has("summary") ? words.map((word, i) => `port_summary[${i}] = ${word};`).join(" ") : "";
  if (summary) text += declare("summary", "scalar");
  return `${text}fn write_summary(${words.map((word) => `${word}: u32`).join(", ")}) { ${summary} }\n`;
}
