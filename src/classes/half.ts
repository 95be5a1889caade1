/** Logits and gradient that are f16 in memory. Kernels see the bits of f32, as of every port (see src/ports.ts). */
import { bindingOf, type Port } from "../ports.js";
import type { Problem } from "../problem.js";
import type { ModuleSpec } from "../shader.js";

/** Bytes of one number of a port. Labels that are classes are no numbers of elements: nothing is bound as `second` then. */
export function bytesOf({ options }: Problem, port: Port): number {
  const half = port === "first" || port === "gradient" || (port === "second" && options.labels !== "rows");
  return options.logits === "f16" && half ? 2 : 4;
}

/** WGSL of the ports that are f16. */
export function halfPorts({ ports, view }: ModuleSpec): Partial<Record<Port, string>> {
  const vector = view === "element";
  const four = (name: string): string =>
    vector ? `${name}[start >> 2u]` : `vec4<f16>(${[0, 1, 2, 3].map((k) => `${name}[start + ${k}u * stride]`)})`;
  const textOf = (port: "first" | "gradient"): string => {
    const there = ports.has(port);
    const source = there ? port : "gradient"; // which may have taken the place of the logits
    const writes = there && port === "gradient";
    const name = `port_${source}`;
    const put = vector
      ? `${name}[start >> 2u] = halves;`
      : [0, 1, 2, 3].map((k) => `if (inside[${k}]) { ${name}[start + ${k}u * stride] = halves[${k}]; }`).join(" ");
    return `const HAS_${port} = ${there};
${there ? `@group(0) @binding(${bindingOf(port)}) var<storage, read${writes ? "_write" : ""}> ${name}: array<${vector ? "vec4<f16>" : "f16"}>;` : ""}
fn read_${port}(start: u32, stride: u32) -> vec4u { return ${ports.has(source) ? `bitcast<vec4u>(vec4f(${four(name)}))` : "vec4u()"}; }
fn write_${port}(start: u32, stride: u32, inside: vec4<bool>, bits: vec4u) { ${writes ? `let halves = vec4<f16>(bitcast<vec4f>(bits)); ${put}` : ""} }
`;
  };
  return { first: textOf("first"), gradient: textOf("gradient") };
}
