/** WGSL of class losses: the terms of a loss as the functions that shaders/classes/row.wgsl calls, and their numbers in order. */
import { functionsExpm1, functionsExpm1Quad, functionsLog1p } from "../shaders.generated.js";
import { isCentered, type Psi, plainScores, type Scores, type Term } from "./terms.js";

/** Terms that share their scores share a stage: one softmax, one sweep. */
function stagesOf(terms: readonly Term[]): { stages: Scores[]; stageOf: number[] } {
  const stages: Scores[] = [];
  const stageOf = terms.map(({ scores: { temperature, limit, tail } }) => {
    const same = (s: Scores): boolean => s.temperature === temperature && s.limit === limit && s.tail === tail;
    const found = stages.findIndex(same);
    return found >= 0 ? found : stages.push({ temperature, limit, tail }) - 1;
  });
  return { stages, stageOf };
}

/** The term's coefficients make sums over all classes necessary. */
const spreads = ({ mean, sum, share }: Term): boolean => mean !== 0 || sum !== 0 || share !== undefined;

const kindOf = (term: Term): string => {
  if (term.share) return term.share.kind === "normalized" ? "NORMALIZED" : "COMPLEMENT";
  return isCentered(term) ? "CENTERED" : "LINEAR";
};

/** Factor and exponent of a term whose sums over classes are those of a power. */
function powerOf(term: Term): readonly [factor: number, q: number] | undefined {
  const { psi, share } = term;
  const simple = spreads(term) && !psi.linear && share?.kind !== "complement";
  return simple ? psi.definition.power?.(psi.parameters) : undefined;
}

/**
 * The quick way is open: one softmax, and sums over classes of powers only. Where it has to be `plain`, of the logits themselves, no
 * temperature will do, for it may change from 1 to another without compiling anew.
 */
export function isQuick(terms: readonly Term[], plain: boolean): boolean {
  const { stages } = stagesOf(terms);
  const [{ limit, tail }] = stages;
  if (plain && terms.some(({ scores }) => scores !== plainScores)) return false;
  const known = terms.every((term) => (!spreads(term) || powerOf(term)) && !term.psi.definition.usesTop);
  return stages.length === 1 && limit === Infinity && tail === 1 && known;
}

/** Rows can be split over workgroups: what they tell each other holds the sums of so many powers. */
export const isDivisible = (terms: readonly Term[]): boolean => terms.filter(powerOf).length <= 3;

/** What is left of 1 - p^q for smaller exponents loses digits, unless it is found as such. */
const SMALL = 0.02;

/**
 * How kernels of the quick way can find exponentials and their powers (see shaders/classes/row.wgsl) for these parameter values: the
 * last way is open to all values.
 */
export function waysOf(terms: readonly Term[]): [string, string?] {
  const curved = terms.filter((term) => powerOf(term) && term.psi.definition.power?.length !== 0);
  const [q, ...others] = curved.map((term) => powerOf(term)![1]);
  const root = others.every((other) => other === q) && (q === 0.5 ? "HALF" : q === 1 && "WHOLE");
  return root && q * terms[0].scores.temperature >= SMALL ? [root, "ANY"] : ["ANY"];
}

/** Numbers of a term behind its four coefficients, in the order in which its WGSL reads them. */
function extrasOf(term: Term): number[] {
  const { psi, share } = term;
  const { linear, parameters } = psi;
  const [factor, q] = powerOf(term) ?? [];
  return [
    ...(share?.kind === "complement" ? [share.most, share.lowest] : []),
    ...(linear ? [linear.tau, linear.from, linear.value] : []),
    ...Object.values(parameters).map(Number),
    // An exponent of 0 would divide 0 by 0; that of cross-entropy is known to be 0.
    ...(factor === undefined || q === undefined ? [] : [factor, Math.max(q, 1e-14)]),
  ];
}

/** Everything that kernels read of a loss, for so many classes. */
export function numbersOf(terms: readonly Term[], classes: number): number[] {
  const { stages } = stagesOf(terms);
  return [
    ...stages.flatMap(({ temperature, limit, tail }) => [temperature, limit, tail]),
    ...terms.flatMap((term) => [
      term.weight,
      term.label,
      term.mean / classes + term.sum,
      term.constant,
      ...extrasOf(term),
    ]),
  ];
}

/** A function of a term's or a stage's index, as a switch over all of them. */
const choose = (head: string, cases: readonly string[]): string => {
  const last = cases.length - 1;
  const arms = cases.slice(0, last).map((text, i) => `case ${i}u: { return ${text}; } `);
  return last === 0
    ? `${head} { return ${cases[0]}; }`
    : `${head} { switch i { ${arms.join("")}default: { return ${cases[last]}; } } }`;
};

function psiText(
  { definition, linear }: Psi,
  share: Term["share"],
  first: number,
): { call: string; difference: string } {
  const { name, parameters, usesTop } = definition;
  const at = (k: number): string => `parameter(${first + k}u)`;
  const shared = share?.kind === "complement" ? 2 : 0;
  const own = shared + (linear ? 3 : 0);
  const given = Object.keys(parameters).map((_, k) => at(own + k));
  let call = `${name}(${["l", ...(usesTop ? ["top"] : []), ...given]})`;
  if (linear) call = `linear_below(${call}, l, ${at(shared)}, ${at(shared + 1)}, ${at(shared + 2)})`;
  if (shared) call = `complement_of(${call}, l, ${at(0)}, ${at(1)})`;
  return { call, difference: `${name}_difference(${["a", "l", ...given]})` };
}

/** Sums of powers over the classes of a row, for the quick way (shaders/classes/quick.wgsl). */
function powersText(terms: readonly Term[], ends: readonly number[]): string {
  const powers = terms.flatMap((term, i) =>
    powerOf(term)
      ? [
          {
            i,
            q: `parameter(${ends[i] - 1}u)`,
            factor: `parameter(${ends[i] - 2}u)`,
            logarithmic: term.psi.definition.power?.length === 0, // q is 0, whatever the parameters
          },
        ]
      : [],
  );
  const each = (text: (power: (typeof powers)[number], n: number) => string): string => powers.map(text).join("\n");
  const fields = powers.length > 0 ? powers : [{}];
  return `const POWERS = ${powers.length}u;
struct Powers { ${fields.map((_, n) => `x${n}: f32`).join(", ")} }
struct PowerQuads { ${fields.map((_, n) => `x${n}: vec4f`).join(", ")} }
fn power_rates(factor: f32) -> Powers { var p = Powers();
${each(({ q, logarithmic }, n) => `p.x${n} = ${logarithmic ? "factor" : `${q} * factor`};`)}
return p; }
fn rebased(own: Powers, d: f32, count: f32, rates: Powers) -> Powers { var p = own;
${each(({ logarithmic }, n) => `p.x${n} += ${logarithmic ? `count * (rates.x${n} * d)` : `expm1_quad(vec4f(rates.x${n} * d)).x * (p.x${n} + count)`};`)}
return p; }
fn with_powers(own: PowerQuads, d: vec4f, root: vec4f, rates: Powers) -> PowerQuads { var p = own;
${each(({ logarithmic }, n) => {
  if (logarithmic) return `p.x${n} += rates.x${n} * d;`;
  return `if (WAY == ANY) { p.x${n} += expm1_quad(rates.x${n} * d); } else { p.x${n} += root; }`;
})}
return p; }
fn with_totals(own: Powers, quads: PowerQuads, count: f32) -> Powers { var p = own;
${each(({ logarithmic }, n) => `p.x${n} += total(quads.x${n})${logarithmic ? "" : " - select(count, 0.0, WAY == ANY)"};`)}
return p; }
fn three_powers(p: Powers) -> vec3f { return vec3f(${[0, 1, 2].map((n) => (powers[n] ? `p.x${n}` : "0.0"))}); }
fn powers_from(v: vec3f) -> Powers { var p = Powers(); ${each((_, n) => (n < 3 ? `p.x${n} = v[${n}];` : ""))} return p; }
fn row_powers(own: Powers, first: vec2f, lane: u32) -> Powers { var p = own;
${each((_, n) => `p.x${n} = ${n < 2 ? `first[${n}]` : `row_sum(vec4f(own.x${n}, vec3f()), lane).x`};`)}
return p; }
fn exchange_powers(own: Powers, lane: u32, span: u32) -> Powers { var p = own;
${each((_, n) => `p.x${n} = bitcast<f32>(exchange(vec4u(bitcast<u32>(own.x${n})), lane, span).x);`)}
return p; }
fn merged_powers(own: Powers, other: Powers, d: f32, counts: vec2f, grows: bool, rates: Powers) -> Powers {
let raised = rebased(own, d, counts.x, rates); let raised_other = rebased(other, d, counts.y, rates); var p = own;
${each((_, n) => `p.x${n} = select(own.x${n} + raised_other.x${n}, raised.x${n} + other.x${n}, grows);`)}
return p; }
fn power_sums(i: u32, p: Powers, log_sum: f32, others: f32, rest: f32) -> vec2f {
${each(({ i, q, factor, logarithmic }, n) => {
  const centered = kindOf(terms[i]) === "CENTERED";
  if (logarithmic)
    return `if (i == ${i}u) { return -${factor} * vec2f(${centered ? `p.x${n}` : `p.x${n} - others * log_sum`}, others); }`;
  const value = centered ? `e * p.x${n}` : `e * p.x${n} + others * expm1(-${q} * log_sum)`;
  // The sum of exponentials is known without the top class: there is nothing to cancel.
  const powers = `select(others + p.x${n}, rest, WAY == WHOLE)`;
  return `if (i == ${i}u) { let e = exp(-${q} * log_sum); return -${factor} * vec2f((${value}) / ${q}, e * ${powers}); }`;
})}
return vec2f(); }
fn power_weights(coefficients: ptr<function, array<Coefficients, TERMS>>, scale: f32, log_sum: f32) -> Powers { var p = Powers();
${each(({ i, q, factor, logarithmic }, n) => `p.x${n} = -(*coefficients)[${i}].every * ${factor} * scale${logarithmic ? "" : ` * exp(-${q} * log_sum)`};`)}
return p; }
fn power_pulls(p: Powers, d: vec4f, root: vec4f, rates: Powers) -> vec4f { var sum = vec4f();
${each(({ logarithmic }, n) => {
  if (logarithmic) return `sum += p.x${n};`;
  return `if (WAY == ANY) { sum += p.x${n} * exp2(rates.x${n} * d); } else { sum += p.x${n} * root; }`;
})}
return sum; }`;
}

/** WGSL of a sum of terms. */
export function codeOf(terms: readonly Term[]): string[] {
  const { stages, stageOf } = stagesOf(terms);
  let next = 3 * stages.length;
  const firsts = terms.map((term) => {
    const first = next;
    next += 4 + extrasOf(term).length;
    return first;
  });
  const ends = terms.map((term, i) => firsts[i] + 4 + extrasOf(term).length);
  const texts = terms.map(({ psi, share }, i) => psiText(psi, share, firsts[i] + 4));
  const four = (first: number): string => `vec4f(${[0, 1, 2, 3].map((k) => `parameter(${first + k}u)`)})`;
  const inStage = (text: (i: number) => string) =>
    stages
      .map((_, s) => `if (s == ${s}u) { ${terms.map((__, i) => (stageOf[i] === s ? text(i) : "")).join("")} }`)
      .join("\n");
  return [
    ...new Set([functionsExpm1, functionsLog1p, ...terms.flatMap(({ psi }) => psi.definition.uses ?? [])]),
    ...new Set(terms.map(({ psi }) => psi.definition.wgsl)),
    `const STAGES = ${stages.length}u;
const TERMS = ${terms.length}u;
const LIMITED = ${stages.some(({ limit }) => limit < Infinity)};
const LINEAR = 0u;
const CENTERED = 1u;
const NORMALIZED = 2u;
const COMPLEMENT = 3u;
fn linear_below(psi: vec2f, l: f32, tau: f32, bound: f32, value: f32) -> vec2f {
  if (l > bound) { return psi; }
  return vec2f(value - tau * exp(bound) * expm1(l - bound), -tau * exp(l));
}
fn complement_of(psi: vec2f, l: f32, most: f32, lowest: f32) -> vec2f {
  if (l < lowest) { return vec2f(); }
  return vec2f(most - psi.x, -psi.y);
}`,
    ...(isQuick(terms, false) ? [powersText(terms, ends), functionsExpm1Quad] : []),
    choose(
      "fn stage_numbers(i: u32) -> vec3f",
      stages.map((_, s) => `vec3f(${[0, 1, 2].map((k) => `parameter(${3 * s + k}u)`)})`),
    ),
    choose(
      "fn is_limited(i: u32) -> bool",
      stages.map(({ limit }) => `${limit < Infinity}`),
    ),
    choose(
      "fn is_tailed(i: u32) -> bool",
      stages.map(({ tail }) => `${tail !== 1}`),
    ),
    choose(
      "fn needs_sums(i: u32) -> bool",
      stages.map((_, s) => `${terms.some((term, i) => stageOf[i] === s && spreads(term))}`),
    ),
    choose(
      "fn stage_of(i: u32) -> u32",
      stageOf.map((s) => `${s}u`),
    ),
    choose("fn kind_of(i: u32) -> u32", terms.map(kindOf)),
    choose(
      "fn spreads(i: u32) -> bool",
      terms.map((term) => `${spreads(term)}`),
    ),
    choose("fn term_numbers(i: u32) -> vec4f", firsts.map(four)),
    choose(
      "fn psi_of(i: u32, l: f32, top: bool) -> vec2f",
      texts.map(({ call }) => call),
    ),
    choose(
      "fn difference_of(i: u32, a: f32, l: f32) -> f32",
      terms.map((term, i) => (isCentered(term) ? texts[i].difference : "0.0")),
    ),
    `fn collect(s: u32, sums: ptr<function, array<TermSums, TERMS>>, l: f32, a: f32, top_log: f32, q: f32, rate: f32) {
${inStage((i) => {
  const value = isCentered(terms[i]) ? `difference_of(${i}u, a, top_log)` : "psi.x";
  // A sum that counts 0 times must not be there: it may be beyond float32.
  const plain = spreads(terms[i]) ? `(*sums)[${i}].plain += each;` : "";
  const add = `{ let psi = psi_of(${i}u, l, false); let pull = psi.y * rate; let each = vec4f(${value}, pull, pull * a, 0.0); ${plain} if (SOFT) { (*sums)[${i}].labelled += q * each; } }`;
  return plain ? add : `if (SOFT) ${add}`;
})}
}
fn pull_of(s: u32, coefficients: ptr<function, array<Coefficients, TERMS>>, l: f32, q: f32, rate: f32) -> f32 {
  var pull = 0.0;
${inStage((i) => {
  const add = `{ let c = (*coefficients)[${i}]; pull += (c.own * q + c.every) * psi_of(${i}u, l, false).y; }`;
  return spreads(terms[i]) ? add : `if (q != 0.0) ${add}`;
})}
  return pull * rate;
}`,
  ];
}
