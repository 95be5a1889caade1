/// <reference types="vite/client" />
// Every example of the README and of docs/*.md runs in every runtime, and prints what its comments say.
import { describe, expect, it } from "vitest";
import contributing from "../CONTRIBUTING.md?raw";
import readme from "../README.md?raw";
import * as families from "../src/families.js";
import * as losses from "../src/index.js";
import * as own from "../src/loss.js";
import * as tfjs from "../src/tfjs.js";
import { regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { blocks, expectedLines, shown } from "./support/documents.js";
import { expectParity } from "./support/parity.js";
import { loadTf, useWebgpu } from "./support/tfjs.js";

const { device } = await requestTestDevice();

const AsyncFunction = (async () => {}).constructor as new (
  ...text: string[]
) => (...given: unknown[]) => Promise<unknown>;

/** Runs an example as the body of a function; what it imports, and the globals that it may use, are given. */
function execute(code: string, given: Record<string, unknown>): Promise<unknown> {
  const body = code
    .replace(/^\s*import (\{[^}]*\}) from "(?:https:\/\/esm\.sh\/)?webgpu-losses";$/gm, "const $1 = modules.losses;")
    .replace(/^import (\{[^}]*\}) from "webgpu-losses\/tfjs";$/m, "const $1 = modules.tfjs;")
    .replace(/^import \* as tf from "@tensorflow\/tfjs";$/m, "const { tf } = modules;")
    .replace(/^import (\{[^}]*\}) from "\.\.\/(?:classes\/|)(?:loss|families)\.js";$/gm, "const $1 = modules.losses;")
    .replace(/^import (\{[^}]*\}) from "\.\.\/shaders\.generated\.js";$/m, "const $1 = modules.shaders;")
    .replace(/^export const \w+ =/m, "return");
  if (/^\s*import /m.test(body)) throw new Error(`an import that the test does not know:\n${code}`);
  const names = Object.keys(given);
  return new AsyncFunction(...names, body)(...names.map((name) => given[name]));
}

/** Texts agree where they are equal, or JSON with equal numbers to five digits. */
function expectPrinted(printed: unknown, comment: string): void {
  const digits = (json: string) =>
    json.replace(/-?\d+(\.\d+)?(e-?\d+)?/g, (number) => String(Number(Number(number).toPrecision(5))));
  expect(digits(shown(printed))).toBe(digits(comment));
}

/** The documents whose examples may need a GPU. */
const texts = Object.entries(
  import.meta.glob<string>(["../README.md", "../docs/*.md"], { query: "?raw", import: "default", eager: true }),
);

describe("README.md and docs/", () => {
  const all = texts.flatMap(([, text]) => blocks(text, "ts"));
  const examples = all.map((code, i) => [i + 1, /import \{ (.*) \}/.exec(code)?.[1] ?? "", code] as const);
  it.each(examples)("example %i: %s", async (_, __, code) => {
    const printed: unknown[] = [];
    const tf = code.includes("@tensorflow/tfjs") ? await loadTf() : undefined;
    if (tf) await useWebgpu(tf, device);
    const modules = { losses, tfjs, tf };
    await execute(code, { device, console: { log: (value: unknown) => printed.push(value) }, modules });
    const comments = expectedLines(code);
    expect(printed.length).toBe(comments.length);
    for (const [i, comment] of comments.entries()) expectPrinted(printed[i], comment);
  });

  it.each([true, false])("the page at the top prints its number, with a GPU: %s", async (withDevice) => {
    const [page] = blocks(readme, "html");
    const [, script] = /<script type="module">\n([\s\S]*)<\/script>/.exec(page)!;
    const printed: string[] = [];
    await execute(script, {
      navigator: withDevice ? { gpu: { requestAdapter: async () => ({ requestDevice: async () => device }) } } : {},
      document: { body: { append: (text: string) => printed.push(text) } },
      modules: { losses },
    });
    expect(printed).toEqual([/append\(.*\); \/\/ (.*)$/m.exec(script)![1]]);
  });
});

it("the loss that CONTRIBUTING.md adds is right on the GPU", async () => {
  const [wgsl] = blocks(contributing, "wgsl");
  const [code] = blocks(contributing, "ts");
  const modules = { losses: { ...families, ...own }, shaders: { lossesPseudoHuber: wgsl } };
  const factory = (await execute(code, { modules })) as typeof losses.cauchy;
  const data = regressionData(1000, 3);
  for (const loss of [factory({ c: 0.7 }), losses.zMasked(factory())])
    expectParity(await losses.run(device, loss, data), losses.evaluate(loss, data), "pseudoHuber");
});

it("the class loss that CONTRIBUTING.md adds is right on the GPU, and through modifiers", async () => {
  const wgsl = blocks(contributing, "wgsl")[1];
  const code = blocks(contributing, "ts")[1];
  const modules = { losses, shaders: { lossesPolyCrossEntropy: wgsl, functionsExpm1: losses.wgslFunctions.expm1 } };
  const factory = (await execute(code, { modules })) as typeof losses.jensenShannon;
  const { predictions } = regressionData(700, 3);
  const data = { logits: predictions, labels: Array.from({ length: 100 }, (_, i) => i % 7) };
  for (const loss of [factory(), losses.symmetrized(factory()), losses.normalized(factory())])
    expectParity(await losses.run(device, loss, data), losses.evaluate(loss, data), loss.name, { rtol: 1e-4 });
});
