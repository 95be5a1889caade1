/** The pages of losses, docs/losses/<id>.md and its figure, and their list, docs/losses.md, from `losses`, `evaluate` and docs/class-losses.md. */
import { type BaseLoss, type Definition, evaluate, type ParameterDefinition } from "../../src/index.js";
import { figureOf, lookOf, type Page, pages, sampleOf } from "./curves.js";
import { svgOf } from "./figure.js";

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heading, heading.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const statuses = {
  confirmed: "confirmed: as the source, or common usage, has it",
  derived: "derived: it follows from what the source states",
  inferred: "inferred: our reading of the source",
};

const familyText = {
  regression: "regression: `predictions`, `targets`; r = prediction - target",
  binary: "binary: `logits`, `labels` that are 0 or 1; o is a logit, t its label",
  class: "class: `logits`, `labels`; p = softmax of a row, p_y of its label, e the one-hot label",
};

const yes = (flag: boolean | undefined): string => (flag ? "yes" : "no");

function facts({ definition, parameters }: BaseLoss): string {
  const { id, family, documentation, traits } = definition as Definition;
  const { formula, gradient, source, status } = documentation;
  const kinks = traits.kinks?.(parameters as never) ?? [];
  const always = Object.keys(parameters).length > 0 ? ", whatever the parameters" : "";
  return table(
    ["", ""],
    [
      ["loss", code(formula)],
      [family === "class" ? "gradient" : "slope", code(gradient)],
      ["family", familyText[family]],
      ["JSON id", code(id)],
      [`convex${always}`, yes(traits.convex)],
      [`slope is bounded${always}`, yes(traits.boundedSlope)],
      ...(family === "class" ? [] : [[`slope returns to 0${always}`, yes(traits.redescending)]]),
      ...(kinks.length > 0 ? [["slope jumps at", kinks.join(", ")]] : []),
      ["source", source],
      ["status", source.startsWith("our ") ? "ours" : statuses[status ?? "confirmed"]],
    ],
  );
}

function parameters({ definition }: BaseLoss): string {
  const list = Object.entries((definition as Definition).parameters as Record<string, ParameterDefinition>);
  if (list.length === 0) return "It has no parameters.";
  return table(
    ["parameter", "default", "must", "meaning"],
    list.map(([name, { default: standard, rule, doc }]) => [
      code(name),
      standard === undefined ? "none" : code(String(standard)),
      rule.text,
      doc,
    ]),
  );
}

/** The section of a loss in docs/class-losses.md, without its heading. */
function sectionOf(classLosses: string, { id, name }: Page): string {
  const heading = id === name ? `### \`${id}\`\n` : `### \`${id}\`: ${name}\n`;
  const start = [heading, `### \`${id}\`: ${name}\n`].map((text) => [text, classLosses.indexOf(text)] as const);
  const [text, at] = start.find(([, index]) => index >= 0) ?? ["", -1];
  if (at < 0) throw new Error(`docs/class-losses.md has no section for ${id}`);
  return classLosses
    .slice(at + text.length)
    .split(/^#/m)[0]
    .trim();
}

const laiText = (square: boolean): string =>
  `The Lai loss of the ${square ? "squared" : "absolute"} error, \`lai(${square ? "squaredError" : "absoluteError"}(), options)\`: the residual times ` +
  "`m = max(|k| / min(lambda, 1), max(lambda, 1)) / sqrt(1 + k²)`, k the slope of the model. `lambda` has no default. Options, several features, and " +
  "what is the paper's: [Lai loss](../lai.md).";

function body(page: Page, classLosses: string): string {
  const loss = page.make(page.variants[0] as never);
  if (page.id.startsWith("lai")) return laiText(page.id === "laiMse");
  const definition = loss.definition as Partial<Definition>;
  if (definition.name !== page.name) return sectionOf(classLosses, page);
  const more = definition.family === "class" ? "\n\nMore on it: [Losses over classes](../class-losses.md)." : "";
  return `${facts(loss)}\n\n## Parameters\n\n${parameters(loss)}${more}`;
}

function example(page: Page): string {
  const [given] = page.variants;
  const loss = page.make(given as never);
  const { code: inputs, inputs: data } = sampleOf(loss);
  const written = Object.entries(given).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const call = `${page.name}(${written.length > 0 ? `{ ${written.join(", ")} }` : ""})`;
  const result = evaluate(loss, data as never);
  const gradient = lookOf(loss).gradient;
  const rounded = (numbers: ArrayLike<number>) => JSON.stringify(Array.from(numbers, (x) => Number(x.toFixed(4))));
  return `import { ${["evaluate", page.name].sort().join(", ")} } from "webgpu-losses";
const loss = ${call};
const { perSample = [], ${gradient} = [] } = evaluate(loss, ${inputs});
const rounded = (numbers: ArrayLike<number>) => Array.from(numbers, (x) => Number(x.toFixed(4)));
console.log(rounded(perSample)); // ${rounded(result.perSample!)}
console.log(rounded(${gradient})); // ${rounded(result[gradient]!)}
console.log(JSON.stringify(loss)); // ${JSON.stringify(loss)}`;
}

const notice = "<!-- Written by docs/generate: edit the loss, then `npx vitest run --project cpu test/docs -u`. -->";

function markdown(page: Page, classLosses: string): string {
  return `${notice}

# ${page.name}

![${figureOf(page).title}, see the text for its formula](${page.id}.svg)

${body(page, classLosses)}

## Example

\`\`\`ts
${example(page)}
\`\`\`
`;
}

const families = { regression: "Regression", binary: "Binary", class: "Over classes" };

function list(): string {
  const sections = Object.entries(families).map(([family, heading]) => {
    const members = pages.filter(({ make, variants }) => make(variants[0] as never).family === family);
    const lines = members.map(
      ({ id, name }) => `- [${code(name)}](losses/${id}.md)${id === name ? "" : `, ${code(id)} in JSON`}`,
    );
    return `## ${heading}\n\n${lines.join("\n")}`;
  });
  return `${notice}\n\n# Losses\n\n${sections.join("\n\n")}

Masks and modifiers, which go around losses, are in the [the z-mask](z-mask.md), [the Lai loss](lai.md) and [Losses over classes](class-losses.md#modifiers).\n`;
}

/** The generated files of docs/ by name. */
export function lossPages(classLosses: string): Map<string, string> {
  const files = new Map([["losses.md", list()]]);
  for (const page of pages) {
    files.set(`losses/${page.id}.svg`, svgOf(figureOf(page)));
    files.set(`losses/${page.id}.md`, markdown(page, classLosses));
  }
  return files;
}
