/**
 * Ports: the buffers that a kernel may be bound to. A kernel reaches every port through its functions; a port that a plan
 * leaves out has functions that return the neutral value or do nothing, so that one kernel text serves every set of outputs
 * and nothing is bound that nobody asked for.
 */
import type { Layout } from "./pipelines.js";

/** What one entry of each port belongs to; a number is the size of the whole in bytes. Kernels only read the first ten. */
const units = {
  first: "element",
  second: "element",
  labels: "sample",
  weights: "sample",
  upstream: 4,
  upstreams: "sample",
  givenStatistics: "group",
  classWeights: "class",
  slopes: "feature",
  applyMask: "sample",
  gradient: "element",
  mask: "sample",
  z: "sample",
  perSample: "sample",
  losses: "sample",
  slopeGradient: "feature",
  statistics: "group",
  loss: 4,
  summary: 24,
  logSumExp: "sample",
  predictedClass: "sample",
  correct: 4,
  keys: "sample",
  scratch: "scratch",
  samples: "row",
  bins: "bins",
} as const;

/** A buffer of a kernel, beside the uniform settings. */
export type Port = keyof typeof units;

const names = Object.keys(units) as Port[];

/** What one entry of a port belongs to. */
export const unitOf = (port: Port) => units[port];
/** The binding of a port; the settings have 0. */
export const bindingOf = (port: Port): number => names.indexOf(port) + 1;
/** True for ports that kernels do not write; binding one buffer both to these and to others is what WebGPU forbids. */
export const isReadOnly = (port: Port): boolean => bindingOf(port) <= 10;

/** The settings and these ports, as a kernel is bound to them. */
export const layoutOf = (ports: ReadonlySet<Port>): Layout => [
  [0, "uniform"],
  ...Array.from(ports, (port) => [bindingOf(port), `${isReadOnly(port) ? "read-only-" : ""}storage`] as const),
];

/** Units that are reached as vec4s, for four of them are consecutive and aligned; the rest is reached one by one. */
export type View = "" | "element" | "element sample";

/**
 * WGSL of a port: a variable where it is present, and in any case functions that read and write four words, `stride` apart, or, as a
 * `vector`, one after another. A gradient that takes the place of the logits is where they are read.
 */
export function portWgsl(port: Port, present: ReadonlySet<Port>, vector: boolean): string {
  const there = present.has(port);
  const inPlace = !there && port === "first" && present.has("gradient");
  const name = `port_${inPlace ? "gradient" : port}`;
  const writes = there && !isReadOnly(port);
  const words = [0, 1, 2, 3].map((k) => `${name}[at+${k}u*stride]`);
  const quad = vector ? `${name}[at>>2u]` : `vec4u(${words})`;
  const neutral = /eights|upstream|apply/.test(port) ? "vec4u(0x3f800000u)" : "vec4u()"; // the bits of 1 and 0
  const set = vector ? `${quad}=bits;` : words.map((word, k) => `if(inside[${k}]){${word}=bits[${k}];}`).join("");
  return `const HAS_${port}=${there};
${there ? `@group(0)@binding(${bindingOf(port)})var<storage,read${writes ? "_write" : ""}>${name}:array<${vector ? "vec4u" : "u32"}>;` : ""}
fn read_${port}(at:u32,stride:u32)->vec4u{return ${there || inPlace ? quad : neutral};}
fn write_${port}(at:u32,stride:u32,inside:vec4<bool>,bits:vec4u){${writes ? set : ""}}
`;
}

/** WGSL of all ports but the last three, which the kernels declare; those whose text is their `own` have that. */
export const portsWgsl = (present: ReadonlySet<Port>, view: View, own: Partial<Record<Port, string>> = {}): string =>
  names
    .slice(0, -3)
    .map((port) => own[port] ?? portWgsl(port, present, view.includes(`${units[port]}`)))
    .join("");
