// The documents against the code: examples have the right types and run, tables say what the code says, nothing is left out.
// `npx vitest run --project cpu test/docs -u` writes the table of losses anew.
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { composed } from "../docs/generate/composed.js";
import { lossPages } from "../docs/generate/pages.js";
import * as families from "../src/families.js";
import * as library from "../src/index.js";
import * as loss from "../src/loss.js";
import * as tfjs from "../src/tfjs.js";
import { blocks, expectedLines } from "./support/documents.js";
import { asFile, execute, path, program, read, wrongTypes } from "./support/examples.js";
import { elementLosses } from "./support/losses.js";

/** The README and what it leads on to. */
const guides = ["plans", "own-losses", "z-mask", "lai", "tensorflow", "numerics", "benchmarks", "class-losses"];
const texts = ["README.md", ...guides.map((name) => `docs/${name}.md`)];
const pages = lossPages();
const documents = [
  ...texts,
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...[...pages.keys()].map((name) => `docs/${name}`),
].filter((name) => !name.endsWith(".svg"));
const readme = read("README.md");
const contributing = read("CONTRIBUTING.md");

const examples = texts.flatMap((name) => blocks(read(name), "ts"));
/** Those of the pages of losses, which test/docs.losses.test.ts runs. */
const pageExamples = [...pages].flatMap(([, text]) => blocks(text, "ts"));
const [page] = blocks(readme, "html");
const script = /<script type="module">\n([\s\S]*)<\/script>/.exec(page)![1];
const [newLoss, newClassLoss] = blocks(contributing, "ts");

const shaders = path("src/shaders.generated.ts");
const checked = program({
  ...Object.fromEntries(
    [...examples, script, ...pageExamples].map((code, i) => [path(`test/example-${i + 1}.ts`), asFile(code)]),
  ),
  [path("test/given.d.ts")]: "declare const device: GPUDevice;",
  [path("src/losses/pseudoHuber.ts")]: newLoss,
  [path("src/losses/polyCrossEntropy.ts")]: newClassLoss,
  [shaders]: `${readFileSync(shaders, "utf8")}\nexport const lossesPseudoHuber: string = ""; export const lossesPolyCrossEntropy: string = "";`,
});

describe("examples", () => {
  it("have the right types", () => {
    expect(wrongTypes(checked)).toEqual([]);
  });

  it.each(examples.filter((code) => !/\bdevice\b|\bawait\b/.test(code)).map((code, i) => [i + 1, code] as const))(
    "without a GPU, %i, prints what its comments say",
    (_, code) => {
      const { printed } = execute(code, { "webgpu-losses": library });
      expect(printed).toEqual(expectedLines(code));
      expect(printed.length).toBeGreaterThan(0);
    },
  );

  it("of the ways in are short", () => {
    const section = /^## The ways in\n([\s\S]*?)^### /m.exec(readme)![1];
    const found = blocks(section, "ts");
    expect(found.length).toBe(4);
    for (const code of found) {
      const lines = code.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("import "));
      expect(lines.length, code).toBeLessThanOrEqual(8);
    }
  });

  it("adding a loss takes less than 30 lines, and its slope is the derivative of its value", () => {
    const wgsl = blocks(contributing, "wgsl")[0];
    expect(`${wgsl}${newLoss}`.split("\n").length).toBeLessThan(30);
    const modules = {
      "../families.js": families,
      "../loss.js": loss,
      "../shaders.generated.js": { lossesPseudoHuber: wgsl },
    };
    const { pseudoHuber } = execute(newLoss, modules).exported as { pseudoHuber: typeof library.cauchy };
    for (const c of [0.5, 1, 3]) {
      const { definition, parameters } = pseudoHuber({ c });
      for (const r of [-20, -1, -0.1, 0, 0.3, 2, 50]) {
        const difference = definition.value(r + 1e-5, parameters, 0) - definition.value(r - 1e-5, parameters, 0);
        expect(definition.slope(r, parameters, 0)).toBeCloseTo(difference / 2e-5, 6);
      }
    }
  });
});

it("adding a class loss takes less than 30 lines, and its slope is the derivative of its value", () => {
  const wgsl = blocks(contributing, "wgsl")[1];
  expect(`${wgsl}${newClassLoss}`.split("\n").length).toBeLessThan(30);
  const modules = {
    "../classes/loss.js": library,
    "../loss.js": library,
    "../shaders.generated.js": { lossesPolyCrossEntropy: wgsl },
  };
  const { polyCrossEntropy } = execute(newClassLoss, modules).exported as {
    polyCrossEntropy: typeof library.jensenShannon;
  };
  const { value, slope } = polyCrossEntropy.definition;
  const parameters = polyCrossEntropy().parameters as never;
  for (const l of [-20, -3, -1, -0.1]) {
    const at = (x: number) => value(x, parameters, 0);
    expect(slope(l, parameters, 0)).toBeCloseTo((at(l + 1e-5) - at(l - 1e-5)) / 2e-5, 6);
  }
});

describe("docs/class-losses.md", () => {
  const text = read("docs/class-losses.md");
  const bases = library.losses.filter(({ definition }) => definition.family === "class");
  it.each(bases.map(({ definition }) => [definition.id, definition] as const))(
    "%s says what its code says",
    (id, definition) => {
      const { name, parameters, documentation } = definition;
      const section = new RegExp(`### \\\`${id}\\\`: ${name}\\n([^#]*)`).exec(text)?.[1] ?? "";
      for (const part of [documentation.formula, documentation.gradient, documentation.status!])
        expect(section).toContain(part);
      expect(section.toLowerCase()).toContain(documentation.source.toLowerCase().split(",")[0]);
      for (const parameter of Object.keys(parameters)) expect(section).toMatch(new RegExp(`\`${parameter}( = .*?)?\``));
    },
  );

  const others = Object.entries(composed).filter(([, { more }]) => more[1].startsWith("../class-losses.md"));
  it.each(others)("%s says what its page says", (name, { formula, gradient, kind, status }) => {
    const heading = `### \`(${name}|\\w+\`: ${name})`;
    const section = new RegExp(`${heading}\`?\\n([^#]*)`).exec(text)?.[2].replaceAll("`", "") ?? "";
    for (const part of [formula, status, ...(kind === "loss" ? [gradient] : [])])
      expect(section.toLowerCase()).toContain(part.toLowerCase());
  });

  it("has the ids of everything else that JSON knows", () => {
    for (const id of ["nce", "nfl", "ngce", "nnce", "nnfl", "phuberCe", "phuberGce", "labelSmoothing", "combo"])
      expect(text).toContain(`\`${id}\``);
  });
});

describe("the README's tables", () => {
  const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

  it("of losses is what `losses` says", async () => {
    const rows = elementLosses.map(({ definition }) => {
      const { id, name, parameters, documentation } = definition;
      const list = Object.entries(parameters as Record<string, library.ParameterDefinition>).map(
        ([key, { default: standard, doc }]) => `${code(standard === undefined ? key : `${key} = ${standard}`)}: ${doc}`,
      );
      return [
        `[${code(id)}](docs/losses/${id}.md)`,
        code(name),
        code(documentation.formula),
        list.join("<br>"),
        documentation.source,
      ];
    });
    const heading = ["id", "factory", "formula", "parameters", "source"];
    // Padded as the formatter does it.
    const widths = heading.map((title, c) => Math.max(title.length, ...rows.map((cells) => cells[c].length)));
    const line = (cells: readonly string[]) => `| ${cells.map((cell, c) => cell.padEnd(widths[c])).join(" | ")} |`;
    const table = [heading, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
    const written = readme.replace(/(<!-- losses: .*-->\n)[\s\S]*?(<!-- \/losses -->)/, `$1\n${table}\n\n$2`);
    await expect(written).toMatchFileSnapshot(path("README.md"));
  });

  it("of the z-mask's options has all of them, with their defaults", () => {
    const section = read("docs/z-mask.md").split(/^## /m)[0];
    const rows = [...section.matchAll(/^\| `(\w+)` +\| `(.*?)` +\| `(.*?)` +\|/gm)].map(([, ...cells]) => cells);
    const { parameters: regression } = library.zmse();
    const { parameters: binary } = library.zbce();
    const expected = Object.keys(regression).map((key) => {
      const name = key as keyof typeof regression;
      return [name, JSON.stringify(regression[name]), JSON.stringify(binary[name])];
    });
    expect(rows.sort()).toEqual(expected.sort());
  });
});

const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );

describe("nothing is left out", () => {
  it.each(["src/index.ts", "src/tfjs.ts"])("every export of %s has a doc comment", (entry) => {
    const checker = checked.getTypeChecker();
    const index = checker.getSymbolAtLocation(checked.getSourceFile(path(entry))!)!;
    const bare = checker.getExportsOfModule(index).filter((symbol) => {
      const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return original.getDocumentationComment(checker).length === 0;
    });
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it("the README, or what it leads on to, names every function", () => {
    const names = [...Object.keys(library), ...Object.keys(tfjs)];
    const all = texts.map(read).join("\n");
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(all))).toEqual([]);
    for (const name of texts.slice(1)) expect(readme).toContain(`](${name}`);
  });

  it.each(documents)("the commands and links of %s lead somewhere", (name) => {
    const text = read(name);
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, command]) => command);
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
    const links = [...text.matchAll(/\]\((?!https:)(.*?)\)/g)].map(([, link]) => link);
    const leads = (link: string) => {
      const [file, anchor] = link.split("#");
      const target = file === "" ? name : posix.join(posix.dirname(name), file);
      return existsSync(path(target)) && (anchor === undefined || anchorsOf(read(target)).includes(anchor));
    };
    expect(links.filter((link) => !leads(link))).toEqual([]);
  });
});
