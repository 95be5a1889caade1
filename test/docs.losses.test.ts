// What docs/generate writes, the pages of losses above all, against the code; `npx vitest run --project cpu test/docs -u` writes them anew.
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { benchmarkSvg, measurements } from "../docs/generate/benchmarks.js";
import { lossOf, pages } from "../docs/generate/curves.js";
import { lossPages } from "../docs/generate/pages.js";
import * as library from "../src/index.js";
import * as lai from "../src/lai/loss.js";
import * as losses from "../src/losses/index.js";
import * as modifiers from "../src/modifiers/index.js";
import * as presets from "../src/presets.js";
import * as trims from "../src/trimmed.js";
import { blocks, expectedLines } from "./support/documents.js";
import { execute, path, read } from "./support/examples.js";

const files = lossPages();

describe("docs/losses and its list", () => {
  it.each([...files])("%s is what the code says", async (name, text) => {
    await expect(text).toMatchFileSnapshot(path(`docs/${name}`));
  });

  it("has nothing else, and a page for every id that stands for a loss", () => {
    const written = readdirSync(path("docs/losses")).map((name) => `losses/${name}`);
    expect([...written, "losses.md"].sort()).toEqual([...files.keys()].sort());
    for (const { id, name, example } of pages) {
      const spec = lossOf(example).toJSON();
      expect(library.lossFromJSON(spec).toJSON()).toEqual(spec);
      expect(library, id).toHaveProperty(name);
    }
  });

  it("has a page for every function that makes a loss", () => {
    const makers = Object.keys({ ...losses, ...modifiers, ...presets, ...lai, ...trims, zMasked: library.zMasked });
    const named = makers.filter((name) => name !== "losses");
    expect(pages.map(({ name }) => name).sort()).toEqual(named.sort());
  });

  it("has a status for every definition", () => {
    for (const { definition } of library.losses) {
      expect(definition.documentation.status, definition.id).toMatch(/^(confirmed|derived|inferred)$/);
    }
  });

  it("has small pictures", () => {
    for (const [name, text] of files) if (name.endsWith(".svg")) expect(text.length, name).toBeLessThan(12_000);
  });
});

it("docs/benchmarks.svg shows what was measured", async () => {
  await expect(benchmarkSvg(read(measurements))).toMatchFileSnapshot(path("docs/benchmarks.svg"));
});

describe("examples of the pages", () => {
  const examples = [...files].filter(([name]) => /^losses\/.*\.md$/.test(name));

  it.each(examples)("%s prints what its comments say", (_, text) => {
    const [code] = blocks(text, "ts");
    const { printed } = execute(code, { "webgpu-losses": library });
    expect(printed).toEqual(expectedLines(code));
    expect(printed.length).toBe(3);
  });
});
