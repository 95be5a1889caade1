/** Colours say whose a variant is, dashes what it runs on. */

/** In light and dark; a picture in a README follows the reader's wish as a page does. */
export const theme = `
.bench-chart { --ink: #1b1d21; --soft: #5b616b; --ours: #1f5fd0; --baseline: #6b7078; --tfjs: #c2410c; --jax: #8d2a9a; --torch: #8a6d00; --evaluate: #0a7d55; }
@media (prefers-color-scheme: dark) {
.bench-chart { --ink: #e8eaee; --soft: #a5abb6; --ours: #7db1ff; --baseline: #9aa1ac; --tfjs: #ff9558; --jax: #e58cf0; --torch: #e0b93a; --evaluate: #4fd09c; } }
.bench-chart { color: var(--ink); background: transparent; }
.bench-chart .title { font-weight: 600; font-size: 14px; }
.bench-chart .machine { fill: var(--soft); }
.bench-chart text { font-family: system-ui, sans-serif; }`;

export interface Look {
  readonly color: string;
  readonly dash?: string;
  readonly width: number;
}

export function lookOf(variant: string): Look {
  const [, owner] = /^(ours|baseline|tfjs|jax|torch|evaluate)/.exec(variant) ?? [];
  if (!owner) return { color: "var(--soft)", dash: "1 4", width: 1.5 };
  const color = `var(--${owner})`;
  if (variant === "ours") return { color, width: 3 };
  if (owner === "ours" || /(autograd|compiled)$/.test(variant)) return { color, dash: "10 4", width: 1.5 };
  if (variant.endsWith("wasm")) return { color, dash: "5 3", width: 1.5 };
  if (variant.endsWith("cpu") || owner === "evaluate") return { color, dash: "2 3", width: 1.5 };
  return { color, width: 1.5 };
}
