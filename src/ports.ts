/**
 * Ports: the buffers that a kernel may be bound to. A kernel reaches every port through its functions; a port that a plan
 * leaves out has functions that return the neutral value or do nothing, so that one kernel text serves every set of outputs
 * and nothing is bound that nobody asked for.
 */

/** What one entry of each port belongs to; a number is the size of the whole in bytes. Kernels only read the first five. */
const units = {
  first: "element",
  second: "element",
  weights: "sample",
  upstream: "sample",
  givenStatistics: "group",
  gradient: "element",
  mask: "sample",
  z: "sample",
  perSample: "sample",
  losses: "sample",
  statistics: "group",
  loss: 4,
  summary: 24,
  scratch: "scratch",
  samples: "row",
} as const;

/** A buffer of a kernel, beside the uniform settings. */
export type Port = keyof typeof units;

const names = Object.keys(units) as Port[];

/** What one entry of a port belongs to. */
export const unitOf = (port: Port) => units[port];
/** The binding of a port; the settings have 0. */
export const bindingOf = (port: Port): number => names.indexOf(port) + 1;
/** True for ports that kernels do not write; binding one buffer both to these and to others is what WebGPU forbids. */
export const isReadOnly = (port: Port): boolean => bindingOf(port) <= 5;

/** How quads of elements are reached: as vec4 (aligned groups of four consecutive ones), or one by one. */
export type View = "vector" | "scalar";

/**
 * WGSL of all ports but the last two, which the kernels declare: a variable for those that are present; for all of them
 * functions that read and write four elements (or samples), or single words of what is no array of these.
 */
export function portsWgsl(present: ReadonlySet<Port>, view: View, upstreamPerSample: boolean): string {
  const texts = names.slice(0, -2).map((port) => {
    const there = present.has(port);
    const name = `port_${port}`;
    const quads = (port !== "upstream" || upstreamPerSample) && /element|sample/.test(`${units[port]}`);
    const vector = quads && view === "vector";
    const writes = there && !isReadOnly(port);
    const neutral = port === "weights" || port === "upstream" ? "0x3f800000u" : "0u"; // the bits of 1 and 0
    const at = [0, 1, 2, 3].map((k) => `${name}[start + ${k}u * stride]`);
    const quad = vector ? `${name}[start >> 2u]` : `vec4u(${at})`;
    const set = vector
      ? `${quad} = bits;`
      : at.map((place, k) => `if (inside[${k}]) { ${place} = bits[${k}]; }`).join("");
    return `const HAS_${port} = ${there};
${there ? `@group(0) @binding(${bindingOf(port)}) var<storage, read${writes ? "_write" : ""}> ${name}: array<${vector ? "vec4u" : "u32"}>;` : ""}
fn read_${port}(start: u32, stride: u32) -> vec4u { return ${there && quads ? quad : `vec4u(${neutral})`}; }
fn write_${port}(start: u32, stride: u32, inside: vec4<bool>, bits: vec4u) { ${writes && quads ? set : ""} }
fn ${port}_word(i: u32) -> u32 { return ${there && !quads ? `${name}[i]` : neutral}; }
fn ${port}_write(i: u32, bits: u32) { ${writes && !quads ? `${name}[i] = bits;` : ""} }
`;
  });
  return texts.join("");
}
