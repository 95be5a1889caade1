// Barriers as they stand in shaders/**, to be found again in what kernels have logged.
import { functionsOf, tokensOf } from "../../../scripts/lib/tokens.mjs";
import type { Site } from "./instrument.js";

/** Names of the barriers of a function, in order, as `<file>: <function>, <kind> <number>`. */
export function barriersOf(file: string, wgsl: string): string[] {
  const tokens = tokensOf(wgsl);
  return functionsOf(tokens).flatMap(({ name, open, close }) =>
    tokens
      .slice(open, close)
      .filter((token) => /^(workgroup|storage)Barrier$/.test(token))
      .map((kind, i) => barrierName(file, name, kind, i)),
  );
}

const barrierName = (file: string, within: string, kind: string, i: number) => `${file}: ${within}, ${kind} ${i + 1}`;

/** The name of a barrier that a kernel has logged. */
export function nameOfBarrier({ within, space, barrier }: Site, code: string, shaders: Record<string, string>): string {
  const [file] =
    Object.entries(shaders).find(([, wgsl]) => wgsl.includes(`fn ${within}(`) && code.includes(wgsl)) ?? [];
  if (!file) throw new Error(`no shader of the kernel has the function ${within}`);
  return barrierName(file, within, `${space}Barrier`, barrier);
}
