// WGSL as tokens, its functions, and who calls whom. Enough for kernels of this project: no strings, and no templates in expressions.

/**
 * Tokens of a text without its comments.
 *
 * @param {string} wgsl
 * @returns {string[]}
 */
export function tokensOf(wgsl) {
  const code = wgsl.replace(/\/\/[^\n]*/g, " ").replace(/\/\*[\s\S]*?\*\//g, " ");
  const pattern =
    /@?[A-Za-z_]\w*|0x\w+|\d[\w.]*(?:(?<=[eE])[+-]\d+\w*)?|>>=|<<=|[-+*/%&|^!=<>]=|&&|\|\||<<|>>|\+\+|--|->|\S/g;
  return code.match(pattern) ?? [];
}

/**
 * Index of the bracket that closes the one at `open`.
 *
 * @param {readonly string[]} tokens
 * @param {number} open
 * @returns {number}
 */
export function closing(tokens, open) {
  const end = { "(": ")", "[": "]", "{": "}" }[tokens[open]];
  for (let depth = 0, i = open; i < tokens.length; i++) {
    if (tokens[i] === tokens[open]) depth++;
    else if (tokens[i] === end && --depth === 0) return i;
  }
  throw new Error(`nothing closes ${tokens.slice(open, open + 8).join(" ")}`);
}

/**
 * Functions in the order of the text, with the indices of the `{` and `}` of their bodies.
 *
 * @param {readonly string[]} tokens
 * @returns {{ name: string, open: number, close: number }[]}
 */
export function functionsOf(tokens) {
  const functions = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] !== "fn") continue;
    const open = tokens.indexOf("{", closing(tokens, i + 2));
    functions.push({ name: tokens[i + 1], open, close: closing(tokens, open) });
  }
  return functions;
}

/**
 * Names of the functions that an entry point can call, itself among them.
 *
 * @param {string} wgsl
 * @param {string} entry
 * @returns {Set<string>}
 */
export function reachedFrom(wgsl, entry) {
  const tokens = tokensOf(wgsl);
  const bodies = new Map(functionsOf(tokens).map(({ name, open, close }) => [name, tokens.slice(open, close)]));
  const reached = new Set([entry]);
  for (const name of reached) for (const token of bodies.get(name) ?? []) if (bodies.has(token)) reached.add(token);
  return reached;
}
