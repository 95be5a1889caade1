/** The pages of losses, masks and modifiers, docs/losses/<id>.md and its figure, and their list, docs/losses.md, from code and its comments. */
import { type BaseLoss, type Definition, evaluate, type ParameterDefinition } from "../../src/index.js";
import { commentOf, membersOf } from "./comments.js";
import { type Composed, composed } from "./composed.js";
import { figureOf, lookOf, lossOf, namesIn, type Page, pages } from "./curves.js";
import { svgOf } from "./figure.js";

/** Text in a cell of a table. */
const cell = (text: string): string => text.replaceAll("|", "\\|");
const code = (text: string): string => `\`${cell(text)}\``;
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

/** What is known of a base loss. */
function factsOf({ definition, parameters }: BaseLoss): string {
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
      ["status", source.startsWith("our ") ? "derived: a standard formula, in our convention" : statuses[status!]],
    ],
  );
}

/** The parameters of a base loss. */
function parametersOf({ definition }: BaseLoss): string {
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

/** What is known of a loss made of others, a mask or a modifier. */
function composedBody(
  name: string,
  { kind, file, takes, formula, gradient, json, status, note, options, more }: Composed,
) {
  const { text, parameters, source } = commentOf(file, name);
  const rows = [
    ["loss", code(formula)],
    ["gradient", code(gradient)],
    [kind === "loss" || takes.includes(":") ? "family" : "around", takes],
    ["JSON id", json ?? code(name)],
    ["source", source],
    ["status", note ? `${status}: ${note}` : statuses[status]],
  ];
  const given = parameters.map(([parameter, meaning]) => `- ${code(parameter)}: ${meaning}`);
  const listed =
    options &&
    table(
      ["option", "meaning"],
      membersOf(...options).map(([key, meaning]) => [code(key), cell(meaning)]),
    );
  const lists = [given.join("\n"), listed].filter(Boolean).join("\n\n") || "It has no parameters.";
  return `${table(["", ""], rows)}

${text}

## Parameters

${lists}

More on it: [${more[0]}](${more[1]}).`;
}

function body({ name, example }: Page): string {
  if (composed[name]) return composedBody(name, composed[name]);
  const loss = lossOf(example) as BaseLoss;
  const more = loss.family === "class" ? "\n\nMore on it: [Losses over classes](../class-losses.md)." : "";
  return `${factsOf(loss)}\n\n## Parameters\n\n${parametersOf(loss)}${more}`;
}

function example(page: Page): string {
  const loss = lossOf(page.example);
  const { gradient, sample } = lookOf(page);
  const result = evaluate(loss, new Function(`return ${sample};`)());
  // Of a masked loss the mask says more than the losses of all samples.
  const [first, numbers] = "base" in loss ? ["mask", result.mask!] : ["perSample", result.perSample!];
  const rounded = (values: ArrayLike<number>) => JSON.stringify(Array.from(values, (x) => Number(x.toFixed(4))));
  return `import { ${["evaluate", ...namesIn(page.example.code)].sort().join(", ")} } from "webgpu-losses";
const loss = ${page.example.code};
const { ${first} = [], ${gradient} = [] } = evaluate(loss, ${sample});
const rounded = (numbers: ArrayLike<number>) => Array.from(numbers, (x) => Number(x.toFixed(4)));
console.log(rounded(${first})); // ${rounded(numbers)}
console.log(rounded(${gradient})); // ${rounded(result[gradient]!)}
console.log(JSON.stringify(loss)); // ${JSON.stringify(loss)}`;
}

const notice = "<!-- Written by docs/generate: edit the loss, then `npx vitest run --project cpu test/docs -u`. -->";

function markdown(page: Page): string {
  return `${notice}

# ${page.name}

![${figureOf(page).title}, see the text for its formula](${page.id}.svg)

${body(page)}

## Example

\`\`\`ts
${example(page)}
\`\`\`
`;
}

const headings = {
  regression: "Regression",
  binary: "Binary",
  class: "Over classes",
  mask: "Masks, around any loss",
  modifier: "Modifiers, losses out of losses",
};

/** Where the list has a page. */
function placeOf({ name, example }: Page): keyof typeof headings {
  const kind = composed[name]?.kind ?? "loss";
  return kind === "loss" ? lossOf(example).family : kind;
}

function list(): string {
  const sections = Object.entries(headings).map(([place, heading]) => {
    const members = pages.filter((page) => placeOf(page) === place);
    const lines = members.map(
      ({ id, name }) => `- [${code(name)}](losses/${id}.md)${id === name ? "" : `, ${code(id)} in JSON`}`,
    );
    return `## ${heading}\n\n${lines.join("\n")}`;
  });
  return `${notice}\n\n# Losses\n\n${sections.join("\n\n")}

More on them: [the z-mask](z-mask.md), [the Lai loss](lai.md), [Losses over classes](class-losses.md).\n`;
}

/** The generated files of docs/ by name. */
export function lossPages(): Map<string, string> {
  const files = new Map([["losses.md", list()]]);
  for (const page of pages) {
    files.set(`losses/${page.id}.svg`, svgOf(figureOf(page)));
    files.set(`losses/${page.id}.md`, markdown(page));
  }
  return files;
}
