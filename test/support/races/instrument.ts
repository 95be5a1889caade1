// Rewrites a kernel so that it logs what it does to memory that lanes share: every access to a `var<workgroup>` and to read_write
// storage, and every barrier. An index `x[i]` becomes `x[trace(site, i, ...)]`, which writes an entry and returns i; nothing else changes.
import { closing, functionsOf, tokensOf } from "../../../scripts/lib/tokens.mjs";

/** The binding of the log, beyond all of the library's. */
export const LOG_BINDING = 40;
/** u32 of an entry: site and lane, index, barriers that the lane has passed, workgroup. */
export const ENTRY_WORDS = 4;
/** What the log holds; more are written over. */
export const MOST_ENTRIES = 2 ** 18;
/** Bytes of the log: the number of entries, and from this byte on the entries. */
export const LOG_START = 16;

/** What a place in the text does. */
export interface Site {
  /** Name of the function that it stands in. */
  readonly within: string;
  /** Of a barrier: what it orders; of an access: where its variable is. */
  readonly space: "workgroup" | "storage";
  /** How many barriers of the function stand before it; of accesses -1. */
  readonly barrier: number;
  readonly variable: string;
  /** Members of the element that are reached, as in `.counts`; "" is all of it. */
  readonly path: string;
  /** "read", "write", or the atomic function. */
  readonly kind: string;
}

interface Variable {
  readonly space: "workgroup" | "storage";
  /** How many of the indices after its name are those of arrays; the last one may be a vector's. */
  readonly dimensions: number;
}

const assignments = new Set(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--"]);

/** Variables that lanes share, and the tokens with every scalar among them as an array of one. */
function declare(tokens: readonly string[]): [string[], Map<string, Variable>] {
  const variables = new Map<string, Variable>();
  const out: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    out.push(tokens[i]);
    if (tokens[i] !== "var" || tokens[i + 1] !== "<") continue;
    const end = tokens.indexOf(";", i);
    const head = tokens.slice(i + 1, tokens.indexOf(">", i) + 1);
    const space = head.includes("workgroup") ? "workgroup" : head.includes("read_write") ? "storage" : undefined;
    if (!space) continue;
    const name = tokens[i + head.length + 1];
    const type = tokens.slice(i + head.length + 3, end);
    let dimensions = 0;
    while (type[2 * dimensions] === "array") dimensions++;
    variables.set(name, { space, dimensions: Math.max(1, dimensions) });
    out.push(...head, name, ":", ...(dimensions > 0 ? type : ["array", "<", ...type, ",", "1", ">"]), ";");
    i = end;
  }
  return [out, variables];
}

/** Without branches: software adapters compile this anew at every place that calls it. */
const traceWgsl = `
struct TraceLog { entries: atomic<u32>, words: array<vec4u, ${MOST_ENTRIES}> }
@group(0) @binding(${LOG_BINDING}) var<storage, read_write> trace_log: TraceLog;
var<private> trace_lane: u32;
var<private> trace_workgroup: u32;
var<private> trace_barriers: u32;
fn trace(site: u32, index: u32) -> u32 {
  trace_log.words[atomicAdd(&trace_log.entries, 1u) & ${MOST_ENTRIES - 1}u] = vec4u(site | trace_lane, index, trace_barriers, trace_workgroup);
  return index;
}
fn trace_inner(site: u32, outer: u32, index: u32) -> u32 { return trace(site, outer * 65536u + index) & 65535u; }
fn trace_barrier(site: u32) { trace_barriers = trace(site, trace_barriers) + 1u; }
`;

/** A kernel that logs, and what its sites are. */
export function instrument(wgsl: string): { code: string; sites: Site[] } {
  const directives = wgsl.match(/^\s*(?:enable|requires)[^;]*;/gm) ?? [];
  const [tokens, variables] = declare(tokensOf(wgsl.replace(/^\s*(?:enable|requires)[^;]*;/gm, "")));
  const functions = functionsOf(tokens);
  const sites: Site[] = [];
  const siteOf = (site: Site): string => `${sites.push(site) - 1}u`;

  /** The tokens from `start` up to `end`, rewritten. */
  const rewrite = (start: number, end: number, within: string, locals: ReadonlySet<string>): string[] => {
    const out: string[] = [];
    for (let i = start; i < end; i++) {
      const token = tokens[i];
      const called = tokens[i + 1] === "(";
      if (called && /^(workgroup|storage)Barrier$/.test(token)) {
        const barrier = sites.filter((site) => site.within === within && site.barrier >= 0).length;
        const space = token === "workgroupBarrier" ? "workgroup" : "storage";
        const site = siteOf({ within, space, barrier, variable: "", path: "", kind: "barrier" });
        out.push(token, "(", ")", ";", "trace_barrier", "(", site, ")");
        i += 2;
        continue;
      }
      if (/^(workgroupUniformLoad|textureBarrier)$/.test(token)) throw new Error(`${token} is not understood yet`);
      const variable = variables.get(token);
      if (!variable || tokens[i - 1] === "." || locals.has(token)) {
        out.push(token);
        continue;
      }
      const reference = tokens[i - 1] === "&" && /^[(,]$/.test(tokens[i - 2]);
      if (reference && tokens[i - 3] === "arrayLength") {
        out.push(token);
        continue;
      }
      // What follows the name: indices of arrays, then members.
      const indices: string[][] = [];
      let next = i + 1;
      while (tokens[next] === "[" && indices.length < variable.dimensions) {
        const close = closing(tokens, next);
        indices.push(rewrite(next + 1, close, within, locals));
        next = close + 1;
      }
      let path = "";
      let after = next;
      while (tokens[after] === "." || tokens[after] === "[") {
        if (tokens[after] === "[") after = closing(tokens, after) + 1;
        else {
          // A vector is written as a whole, whichever of its components is meant.
          if (!/^([xyzw]+|[rgba]+)$/.test(tokens[after + 1])) path += `.${tokens[after + 1]}`;
          after += 2;
        }
      }
      const atomic = reference && /^atomic[A-Z]/.test(tokens[i - 3]) ? tokens[i - 3] : undefined;
      if (reference && !atomic) throw new Error(`a pointer to ${token} is not understood`);
      const writes = !reference && assignments.has(tokens[after]);
      if (indices.length === 0 && tokens[next] === "[") throw new Error(`${token} has too many indices`);
      const scalar = indices.length === 0;
      if (!scalar && indices.length !== variable.dimensions)
        throw new Error(`a whole row of ${token} is not understood`);
      const kind = atomic ?? (writes ? "write" : "read");
      const site = siteOf({ within, space: variable.space, barrier: -1, variable: token, path, kind });
      const last = scalar ? ["0u"] : indices[indices.length - 1];
      out.push(token);
      if (indices.length === 2) {
        out.push("[", ...indices[0], "]", "[", "trace_inner", "(", site, ",", ...indices[0], ",", ...last, ")", "]");
      } else out.push("[", "trace", "(", site, ",", ...last, ")", "]");
      i = next - 1;
    }
    return out;
  };

  const out: string[] = [];
  let start = 0;
  for (const { name, open, close } of functions) {
    const body = rewrite(open + 1, close, name, localsOf(tokens, open, close));
    out.push(...tokens.slice(start, open + 1), ...entryCode(tokens, open), ...body);
    start = close;
  }
  out.push(...tokens.slice(start));
  return { code: `${directives.join("\n")}\n${out.join(" ")}\n${traceWgsl}`, sites };
}

/** Names that mean something else in a function: its parameters, and what it declares. */
function localsOf(tokens: readonly string[], open: number, close: number): Set<string> {
  const head = tokens.slice(tokens.lastIndexOf("fn", open), open);
  const parameters = head.filter((_, i) => head[i + 1] === ":");
  const declared = tokens.slice(open, close).filter((_, i) => /^(let|var|const)$/.test(tokens[open + i - 1]));
  return new Set([...parameters, ...declared]);
}

/** At the start of an entry point: who it is that logs. */
function entryCode(tokens: readonly string[], open: number): string[] {
  let start = open;
  while (start >= 0 && tokens[start] !== "fn") start--;
  const head = tokens.slice(start, open).join(" ");
  if (!head.includes("@builtin")) return [];
  const builtin = (name: string) => new RegExp(`@builtin \\( ${name} \\) (\\w+)`).exec(head)?.[1];
  const [group, grid, lane] = ["workgroup_id", "num_workgroups", "local_invocation_index"].map(builtin);
  const [global] = ["global_invocation_id"].map(builtin);
  if (group && grid && lane) {
    return [`trace_lane = ${lane} << 16u; trace_workgroup = ${group}.x + ${group}.y * ${grid}.x;`];
  }
  if (global && grid) {
    return [
      `let trace_at = ${global}.x + ${global}.y * ${grid}.x * WORKGROUP_SIZE;
trace_lane = (trace_at % WORKGROUP_SIZE) << 16u; trace_workgroup = trace_at / WORKGROUP_SIZE;`,
    ];
  }
  throw new Error(`an entry point that does not know its lane: ${head}`);
}
