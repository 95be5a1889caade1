/**
 * Ports: the buffers that a kernel may be bound to. A kernel reaches every port through its functions; a port that a plan
 * leaves out has functions that return the neutral value or do nothing, so that one kernel text serves every set of outputs
 * and nothing is bound that nobody asked for.
 */

/** What a port holds one of: "element", "sample", "group" and so on; a number is a size in bytes. */
type Unit = "element" | "sample" | "group" | "row" | "scratch" | number;

/**
 * The ports: what they hold, whether kernels only read them (binding one buffer both to these and to others is what WebGPU
 * forbids), and how kernels reach them: in quads of elements, by words, or as an array of that WGSL type.
 */
const table = {
  first: ["element", true, "quad"],
  second: ["element", true, "quad"],
  weights: ["sample", true, "quad"],
  upstream: ["sample", true, "quad"],
  givenStatistics: ["group", true, "word"],
  scratch: ["scratch", false, "Item"],
  samples: ["row", false, "vec4u"],
  gradient: ["element", false, "quad"],
  mask: ["sample", false, "quad"],
  z: ["sample", false, "quad"],
  perSample: ["sample", false, "quad"],
  losses: ["sample", false, "quad"],
  loss: [4, false, "word"],
  statistics: ["group", false, "word"],
  summary: [24, false, "word"],
} as const satisfies Record<string, readonly [unit: Unit, readOnly: boolean, access: string]>;

/** A buffer of a kernel, beside the uniform settings. */
export type Port = keyof typeof table;

const names = Object.keys(table) as Port[];

/** The binding of a port; the settings have binding 0. */
export const bindingOf = (port: Port): number => names.indexOf(port) + 1;
/** What one entry of a port belongs to. */
export const unitOf = (port: Port): Unit => table[port][0];
/** True for ports that kernels do not write. */
export const isReadOnly = (port: Port): boolean => table[port][1];

/** How quads of elements are reached: as vec4 (aligned groups of four consecutive ones), or one by one. */
export type View = "vector" | "scalar";

/** WGSL of all ports: variables of those that are present, functions of all of them. */
export function portsWgsl(present: ReadonlySet<Port>, view: View, upstreamPerSample: boolean): string {
  return names
    .map((port) => {
      const there = present.has(port);
      const [, readOnly, access] = table[port];
      const writes = there && !readOnly;
      const name = access === "Item" ? port : `port_${port}`;
      const quads = access === "quad" && (port !== "upstream" || upstreamPerSample);
      const vector = quads && view === "vector";
      const words = quads || access === "word" || access === "quad";
      const neutral = `${port === "weights" || port === "upstream" ? 0x3f800000 : 0}u`; // the bits of 1 or 0
      const at = [0, 1, 2, 3].map((k) => `${name}[start + ${k}u * stride]`);
      const quad = !there || !quads ? `vec4u(${neutral})` : vector ? `${name}[start >> 2u]` : `vec4u(${at})`;
      const set = vector
        ? `${name}[start >> 2u] = bits;`
        : at.map((place, k) => `if (inside[${k}]) { ${place} = bits[${k}]; }`).join(" ");
      const type = vector ? "vec4u" : words ? "u32" : access;
      return `const HAS_${port} = ${there};
${there ? `@group(0) @binding(${bindingOf(port)}) var<storage, ${readOnly ? "read" : "read_write"}> ${name}: array<${type}>;` : ""}
fn read_${port}(start: u32, stride: u32) -> vec4u { return ${quad}; }
fn write_${port}(start: u32, stride: u32, inside: vec4<bool>, bits: vec4u) { ${writes && quads ? set : ""} }
fn ${port}_word(i: u32) -> u32 { return ${there && words && !quads ? `${name}[i]` : neutral}; }
fn ${port}_write(i: u32, bits: u32) { ${writes && words && !quads ? `${name}[i] = bits;` : ""} }
`;
    })
    .join("");
}
