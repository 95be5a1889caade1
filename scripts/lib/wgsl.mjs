// Reads shaders/**/*.wgsl as the texts of src/shaders.generated.ts: minified.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
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

/** Without comments, which WGSL nests; it has no strings. */
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
  return code.trim();
}

/** Without white space and digits that change nothing; operators that would merge, as in `a - -b`, stay apart. */
function tighten(text) {
  const code = text.replace(/\b(\d+\.)0\b/g, "$1");
  const apart = /\w\w|([-+&|<>])\1|\/\*|>=/;
  return code.replace(/\s+/g, (space, at) => (apart.test(code[at - 1] + code[at + space.length]) ? " " : ""));
}

/** A name with the dot before it; or what holds words that are no names: attributes, address spaces, numbers. */
const token = /@builtin\(\w+\)|@\w+|\bvar<[^>]*>|\b\d[\w.]*|(\.?)\b([A-Za-z_]\w*)/g;
const declaration = /\b(?:fn|struct|alias|override|const|let|var)(?:<[^>]*>| )(\w+)/g;
const swizzle = /^([xyzw]{1,4}|[rgba]{1,4})$/;
const namesIn = (text, pattern) => Array.from(text.matchAll(pattern), (match) => match[1]);

/** Every declaration at module scope: its text, its name, and the names that it declares within. */
function parse(code) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (const { 0: mark, index } of code.matchAll(/[{};]/g)) {
    depth += { "{": 1, "}": -1, ";": 0 }[mark];
    if (depth > 0) continue;
    const text = code.slice(start, index + 1);
    start = index + 1;
    const header = text.split("{", 1)[0];
    const [name = "", ...inner] = namesIn(text, declaration);
    const locals = new Set(/\bfn /.test(header) ? [...namesIn(header, /[(,) ](\w+):/g), ...inner] : []);
    const fields = /\bstruct /.test(header) ? namesIn(text, /(\w+):/g) : [];
    parts.push({ name, text, locals, fields, value: /^const \w+=(\d[\w.]*|true|false);$/.exec(text)?.[1] });
  }
  return parts;
}

/** The text of a part with every name as `rename(kind, name, at)` has it; kinds are namespaces. */
function renamed({ text, locals, fields }, rename) {
  return text.replace(token, (whole, dot, name, at) => {
    if (name === undefined) return whole;
    const next = text[at + whole.length];
    if (dot || (next === ":" && fields.includes(name))) return dot + rename("fields", name, at);
    // In `let length = length(v)` only the first one is the local.
    return rename(locals.has(name) && next !== "(" ? "locals" : "globals", name, at);
  });
}

/** Texts of all strings and templates of a TypeScript file, without the code between. */
function stringsOf(file) {
  const texts = [];
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  return texts;
}

/**
 * Tests for names that must stay: those that the host or a user's own loss calls, and those in the texts of the TypeScript that
 * writes WGSL; where that puts one together, as in `read_${port}`, whatever fits.
 */
function reservedNames(files) {
  const offered = files.filter(([path]) => /^(losses|functions)/.test(path));
  const names = new Set(offered.flatMap(([, parts]) => parts.map(({ name }) => name)));
  const fields = new Set();
  for (const file of [
    "ports",
    "shader",
    "pipelines",
    "ledger",
    "classes/wgsl",
    "classes/family",
    "classes/half",
    "lai/family",
    "selection/estimator",
  ]) {
    for (const text of stringsOf(join(root, "src", `${file}.ts`))) {
      for (const [, dot, name] of text.matchAll(token)) if (name) (dot ? fields : names).add(name);
    }
  }
  const affixes = [...names].filter((name) => /^_|_$/.test(name));
  const fits = (name) => affixes.some((affix) => (affix.endsWith("_") ? name.startsWith(affix) : name.endsWith(affix)));
  return { globals: (name) => names.has(name) || fits(name), fields: (name) => fields.has(name) };
}

// What is frequent anyway costs gzip fewer bits, so the letters of English words come first.
const lower = [..."etarnsoiclufdmpghbvwyxkzqj"];
const upper = lower.map((letter) => letter.toUpperCase());
/** For locals and fields; none is a keyword. */
const letters = [...lower, ...upper, ...lower.flatMap((a) => upper.map((b) => a + b))];
/** For module scope, which users' losses share: none that people write. */
const pairs = upper.flatMap((a) => lower.map((b) => a + b));

/** Short names for those in use, most frequent first: out of what rivals leave, the one that makes most text recur. */
function shortNames(uses, pool, taken, rivalsOf = () => uses.keys()) {
  const short = new Map();
  const seen = new Map(pool.map((candidate) => [candidate, new Set()]));
  for (const [name, contexts] of [...uses].sort((a, b) => b[1].length - a[1].length)) {
    const used = new Set(Array.from(rivalsOf(name), (rival) => short.get(rival)));
    const free = pool.filter((candidate) => !taken.has(candidate) && !used.has(candidate));
    if (free.length === 0) throw new Error(`no short name is left for ${name}`);
    const recurring = (candidate) => contexts.filter((context) => seen.get(candidate).has(context)).length;
    let best = free[0];
    for (const other of free) if (other.length === best.length && recurring(other) > recurring(best)) best = other;
    for (const context of contexts) seen.get(best).add(context);
    short.set(name, best);
  }
  return short;
}

/**
 * The same for the compiler, and shorter: short names, values for their constants, no space that separates nothing. Files are
 * put together in many ways, so a name becomes the same one everywhere; but locals that never meet in a function may share one.
 */
function minify(texts) {
  const files = texts.map(([path, text]) => [path, parse(tighten(strip(text)))]);
  const parts = files.flatMap(([, inFile]) => inFile);
  const reserved = reservedNames(files);
  const declared = {
    globals: new Set(parts.map(({ name }) => name)),
    fields: new Set(parts.flatMap((part) => part.fields)),
  };
  const values = new Map(parts.map(({ name, value }) => [name, reserved.globals(name) ? undefined : value]));
  for (const { name, value, locals } of parts) {
    if (values.get(name) !== value) values.delete(name); // files differ
    // A local that is called like something at module scope shares its name, so that it need not be known which one is meant.
    for (const local of locals) if (declared.globals.has(local) && locals.delete(local)) values.delete(local);
  }
  // What may be a swizzle cannot be told from one.
  const stays = (kind, name) => reserved[kind](name) || (kind === "fields" ? swizzle.test(name) : values.get(name));

  const uses = { globals: new Map(), locals: new Map(), fields: new Map() };
  const taken = { globals: new Set(), fields: new Set() };
  // Names are chosen for the text that every bundle holds.
  const everywhere = new Set(files.filter(([path]) => /^(lib|kernels)/.test(path)).flatMap(([, inFile]) => inFile));
  for (const part of parts) {
    renamed(part, (kind, name, at) => {
      const contexts = everywhere.has(part)
        ? [`${part.text.slice(0, at).slice(-6)}_`, `_${part.text.slice(at + name.length).slice(0, 6)}`]
        : [];
      const changes = kind === "locals" || (declared[kind].has(name) && !stays(kind, name));
      if (changes) uses[kind].set(name, [...(uses[kind].get(name) ?? []), ...contexts]);
      else taken[kind].add(name);
      return name;
    });
  }
  const together = (name) => parts.filter((part) => part.locals.has(name)).flatMap((part) => [...part.locals]);
  const short = {
    globals: new Map([...values, ...shortNames(uses.globals, pairs, taken.globals)]),
    locals: shortNames(uses.locals, letters, taken.globals, together),
    fields: shortNames(uses.fields, letters, taken.fields),
  };
  const shorten = (part) => renamed(part, (kind, name) => short[kind].get(name) ?? name);
  return files.map(([path, inFile]) => [
    path,
    inFile.map((part) => (values.get(part.name) ? "" : shorten(part))).join(""),
  ]);
}

/** [name of the constant, its text, its path] of every shader. */
export function readShaders() {
  const texts = wgslFiles().map((path) => [path, readFileSync(join(root, "shaders", path), "utf8")]);
  const seen = new Map();
  return minify(texts).map(([path, text]) => {
    const name = constantName(path);
    if (seen.has(name)) throw new Error(`shaders/${path} and shaders/${seen.get(name)} are both named ${name}`);
    seen.set(name, path);
    return [name, text, path];
  });
}
