// Reads shaders/**/*.wgsl as the texts of src/shaders.generated.ts: without comments, and minified unless asked otherwise.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/** Paths below shaders/ with forward slashes, in one order on every system. */
function wgslFiles() {
  const folder = join(root, "shaders");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".wgsl"))
    .sort();
}

/** lib/numerics.wgsl -> libNumerics, ports/no-weights.wgsl -> portsNoWeights */
function constantName(path) {
  const words = path.replace(/\.wgsl$/, "").split(/[^A-Za-z0-9]+/);
  return words.map((word, i) => (i === 0 ? word[0].toLowerCase() : word[0].toUpperCase()) + word.slice(1)).join("");
}

/** Without comments (WGSL nests block comments and has no strings), indentation and blank lines: they only cost size. */
function strip(wgsl) {
  let code = "";
  let depth = 0;
  for (const token of wgsl.match(/\/\*|\*\/|\/\/[^\n\r]*|[^/*]+|[/*]/g) ?? []) {
    if (token === "/*") depth++;
    else if (token === "*/" && depth > 0) {
      depth--;
      code += " "; // a comment separates tokens
    } else if (depth === 0 && !token.startsWith("//")) code += token;
  }
  const lines = code.split(/\r?\n/).map((line) => line.trim());
  return lines.filter(Boolean).join("\n");
}

const word = /(\.?)\b([A-Za-z_][A-Za-z0-9_]*)\b/g;
const wordsOf = (text) => Array.from(text.matchAll(word), (match) => match[2]);

/**
 * Names that must stay: those of functions that the host or a user's own loss calls, and whatever the TypeScript that writes
 * WGSL mentions or puts together (`read_${port}` keeps all names that begin with `read_`).
 */
function reservedNames(texts) {
  const host = ["ports", "shader", "pipelines", "ledger"]
    .map((file) => readFileSync(join(root, "src", `${file}.ts`), "utf8"))
    .join("\n");
  const names = new Set(wordsOf(host));
  const prefixes = Array.from(host.matchAll(/([A-Za-z]\w*_)\$\{/g), (match) => match[1]);
  const suffixes = Array.from(host.matchAll(/\}(_\w+)/g), (match) => match[1]);
  for (const [path, text] of texts) {
    if (/^(losses|functions)/.test(path)) for (const [, name] of text.matchAll(/\bfn\s+(\w+)/g)) names.add(name);
    for (const name of wordsOf(text)) {
      if (prefixes.some((start) => name.startsWith(start)) || suffixes.some((end) => name.endsWith(end)))
        names.add(name);
    }
  }
  return names;
}

/** Short names for everything that the shaders declare, the same in all files, most frequent first. */
function shortNames(texts) {
  const code = texts.map(([, text]) => text).join("\n");
  const fields = new Set(
    Array.from(code.matchAll(/struct\s+\w+\s*\{([^}]*)\}/g), ([, body]) =>
      Array.from(body.matchAll(/(\w+)\s*:/g), (m) => m[1]),
    ).flat(),
  );
  const declared = new Set([
    ...Array.from(code.matchAll(/\b(?:fn|struct|const|let|var)(?:<[^>]*>)?\s+(\w+)/g), (m) => m[1]),
    ...Array.from(code.matchAll(/[(,]\s*(?:@builtin\(\w+\)\s*)?(\w+)\s*:/g), (m) => m[1]),
    ...fields,
  ]);
  const reserved = reservedNames(texts);
  const taken = new Set([...wordsOf(code), ...reserved]);
  const counts = new Map();
  for (const name of wordsOf(code)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const long = [...declared].filter((name) => name.length > 2 && !reserved.has(name));
  long.sort((a, b) => counts.get(b) * b.length - counts.get(a) * a.length || (a < b ? -1 : 1));
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const pool = [...letters, ...[...letters].flatMap((a) => [...letters.toLowerCase()].map((b) => a + b))];
  const free = pool.filter((name) => !taken.has(name));
  if (free.length < long.length) throw new Error(`${long.length} names and only ${free.length} short ones`);
  return { map: new Map(long.map((name, i) => [name, free[i]])), fields };
}

/** Shorter, for the same compiler output: short names, no space that separates nothing. */
function minify(text, { map, fields }) {
  const renamed = text.replace(word, (whole, dot, name, at) => {
    // After a dot stands a field or a swizzle, as `z` may be; in `var<workgroup>` an address space.
    const other = dot ? !fields.has(name) : text[at - 1] === "<" && text[at + name.length] === ">";
    return map.has(name) && !other ? dot + map.get(name) : whole;
  });
  return renamed.replace(/\s*([=+\-*/<>(){}[\],;:&|!?^~%])\s*/g, "$1").replace(/\s+/g, " ");
}

/** [name of the constant, its text, its path] of every shader. */
export function readShaders({ minified = true } = {}) {
  const texts = wgslFiles().map((path) => [path, strip(readFileSync(join(root, "shaders", path), "utf8"))]);
  const names = minified ? shortNames(texts) : undefined;
  const seen = new Map();
  return texts.map(([path, text]) => {
    const name = constantName(path);
    if (seen.has(name)) throw new Error(`shaders/${path} and shaders/${seen.get(name)} are both named ${name}`);
    seen.set(name, path);
    return [name, names ? minify(text, names) : text, path];
  });
}
