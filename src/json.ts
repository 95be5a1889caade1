/** Losses as JSON: the registry from ids to losses. A bundle pays for it only when it imports it. */
import type { ClassLoss } from "./classes/loss.js";
import { refuse, refuseUnknown, show } from "./errors.js";
import { lai, laiMae, laiMse } from "./lai/loss.js";
import type { BaseLoss, LossSpec, RegressionLoss } from "./loss.js";
import {
  alphaMae,
  biTempered,
  crossEntropy,
  focal,
  generalizedCrossEntropy,
  logitClippedCrossEntropy,
  losses,
  sgce,
  squaredError,
  unhinged,
  unhingedL2,
} from "./losses/index.js";
import { normalized } from "./modifiers/normalized.js";
import { normalizedNegative } from "./modifiers/normalizedNegative.js";
import { partiallyHuberized } from "./modifiers/partiallyHuberized.js";
import { smoothed } from "./modifiers/smoothed.js";
import { symmetrized } from "./modifiers/symmetrized.js";
import { tempered } from "./modifiers/tempered.js";
import { weightedSum } from "./modifiers/weightedSum.js";
import { zbce, zmse } from "./presets.js";
import { trimmed } from "./trimmed.js";
import { type Loss, zMasked, zMaskOptions } from "./zMasked.js";

// biome-ignore lint/suspicious/noExplicitAny: the factories check what they are given
type Read = any;

/** How an id is read: the parameters that it knows, and what it makes of them. */
interface Reader {
  readonly keys: readonly string[];
  /** Made from its parameters alone. */
  readonly make?: (params: Read) => Loss;
  /** Made from another loss. */
  readonly modify?: (of: Read, params: Read) => Loss;
  /** Made from weights and losses. */
  readonly add?: (of: Read) => Loss;
}

const laiKeys = ["lambda", "aggregate", "feature"];

const readers = new Map<string, Reader>([
  ...losses.map((factory): [string, Reader] => {
    const { id, parameters } = factory.definition;
    return [id, { keys: Object.keys(parameters), make: factory as (params: Read) => Loss }];
  }),
  ["unhinged", { keys: [], make: unhinged }],
  ["unhingedL2", { keys: ["scale"], make: unhingedL2 }],
  ["sgce", { keys: ["q"], make: sgce }],
  ["alphaMae", { keys: ["alpha", "center", "kScale"], make: alphaMae }],
  ["phuberCe", { keys: ["tau"], make: (p) => partiallyHuberized(crossEntropy(), p) }],
  ["phuberGce", { keys: ["tau", "q"], make: ({ q, ...p }) => partiallyHuberized(generalizedCrossEntropy({ q }), p) }],
  ["nce", { keys: [], make: () => normalized(crossEntropy()) }],
  ["nfl", { keys: ["gamma", "detach"], make: (p) => normalized(focal(p)) }],
  ["ngce", { keys: ["q"], make: (p) => normalized(generalizedCrossEntropy(p)) }],
  ["nnce", { keys: ["minProb"], make: (p) => normalizedNegative(crossEntropy(), p) }],
  [
    "nnfl",
    {
      keys: ["gamma", "detach", "minProb"],
      make: ({ gamma, detach = true, ...p }) => normalizedNegative(focal({ gamma, detach }), p),
    },
  ],
  ["labelSmoothing", { keys: ["eps"], make: (p) => smoothed(crossEntropy(), p) }],
  ["logitClipCe", { keys: ["tau"], make: logitClippedCrossEntropy }],
  ["biTempered", { keys: ["t1", "t2", "labelSmoothing"], make: biTempered }],
  [
    "sym",
    { keys: ["base", "params"], make: ({ base, params }) => symmetrized(read({ loss: base, params }) as ClassLoss) },
  ],
  [
    "combo",
    {
      keys: ["terms"],
      make: ({ terms }) =>
        weightedSum(
          Array.isArray(terms)
            ? Array.from(terms, (term: Read) => {
                refuseUnknown(term, ["weight", "loss", "params", "of"], "lossFromJSON", "key");
                const { weight, ...spec } = term;
                return [weight, read(spec) as ClassLoss];
              })
            : terms,
        ),
    },
  ],
  ["symmetrized", { keys: [], modify: symmetrized }],
  ["normalized", { keys: [], modify: normalized }],
  ["normalizedNegative", { keys: ["minProb"], modify: normalizedNegative }],
  ["partiallyHuberized", { keys: ["tau"], modify: partiallyHuberized }],
  ["smoothed", { keys: ["eps"], modify: smoothed }],
  ["tempered", { keys: ["alpha"], modify: tempered }],
  ["weightedSum", { keys: [], add: weightedSum }],
  ["laiMae", { keys: laiKeys, make: laiMae }],
  ["laiMse", { keys: [...laiKeys, "form", "mseFactor"], make: laiMse }],
  [
    "lai",
    {
      keys: [...laiKeys, "form", "mseFactor", "base"],
      make: ({ base, ...p }) => {
        if (base === undefined) refuse("parameter", "lossFromJSON", "lai must have a loss to modify", base, "Give of.");
        return lai(read({ loss: base === "mae" ? "l1" : base }) as RegressionLoss, p);
      },
      modify: lai,
    },
  ],
  ["trimmed", { keys: ["fraction", "granularity"], modify: (of: BaseLoss, params) => trimmed(of, params) }],
  ["lts", { keys: ["trim"], make: ({ trim }) => trimmed(squaredError(), { fraction: trim }) }],
  ["zmse", { keys: [...zMaskOptions, "statOn"], make: zmse }],
  ["zbce", { keys: [...zMaskOptions, "space", "posWeight"], make: zbce }],
  ["zMasked", { keys: zMaskOptions, modify: (of: BaseLoss, params) => zMasked(of, params) }],
]);

/** JSON spells infinities as strings. */
function revive(value: unknown): unknown {
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  if (value === "-Infinity") return Number.NEGATIVE_INFINITY;
  return value;
}

/** Names that the published test vectors use, beside the names of the options here. */
const aliases: Record<string, (value: unknown) => [string, unknown]> = {
  statOn: (value) => ["statistic", value],
  space: (value) => ["statistic", value === "prob" ? "probability" : value],
  mseFactor: (value) => ["form", value === "squared" ? "scaled" : value],
};

function readParameters(params: unknown, known: readonly string[], loss: string): Record<string, unknown> {
  if (params === undefined) return {};
  if (typeof params !== "object" || params === null || Array.isArray(params)) {
    refuse("parameter", "lossFromJSON", `params of ${show(loss)} must be an object`, params, "Write { name: value }.");
  }
  const read: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(params)) {
    const alias = known.includes(given) && Object.hasOwn(aliases, given) ? aliases[given] : undefined;
    const [name, translated] = alias?.(value) ?? [given, revive(value)];
    if (!known.includes(given) || Object.hasOwn(read, name)) {
      const what = Object.hasOwn(read, name) ? "be given once" : `be one of ${known.join(", ") || "(none)"}`;
      refuse("parameter", "lossFromJSON", `a parameter of ${show(loss)} must ${what}`, given, "Check the spelling.");
    }
    read[name] = translated;
  }
  return read;
}

function read(spec: LossSpec): Loss {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) {
    const rule = "the spec must be an object { loss, params?, of? }";
    refuse("parameter", "lossFromJSON", rule, spec, "loss.toJSON() makes one.");
  }
  refuseUnknown(spec, ["loss", "params", "of"], "lossFromJSON", "key");
  const { loss, params, of } = spec;
  if (typeof loss !== "string") {
    refuse("parameter", "lossFromJSON", `loss must be an id such as "mse"`, loss, "loss.toJSON() shows the ids.");
  }
  const reader = readers.get(loss);
  if (reader === undefined) {
    const rule = `loss must be one of ${[...readers.keys()].join(", ")}`;
    refuse("parameter", "lossFromJSON", rule, loss, "Check the spelling.");
  }
  const { keys, make, modify, add } = reader;
  if (make && !modify && of !== undefined) {
    refuse("parameter", "lossFromJSON", "of must stand with a modifier", loss, "Leave it out, or name the modifier.");
  }
  const parameters = readParameters(params, keys, loss);
  if (make && of === undefined) return make(parameters);
  if (of === undefined) {
    refuse("parameter", "lossFromJSON", `${loss} must have a loss to modify`, of, "Give of.");
  }
  if (modify) return modify(read(of as LossSpec), parameters);
  if (!(Array.isArray(of) && Array.from(of).every((part) => Array.isArray(part) && part.length === 2))) {
    refuse("parameter", "lossFromJSON", "of must be pairs [weight, spec]", of, "loss.toJSON() makes them.");
  }
  return add!(of.map(([weight, part]) => [weight, read(part)]));
}

/** A spec may nest so deep, and hold so many objects and arrays: what comes from a URL must not keep a page busy. */
const LIMITS = { depth: 64, size: 1000 };

/** Refuses specs beyond the limits, without recursion; one that holds itself is beyond any depth. */
function refuseLarge(spec: unknown): void {
  const left: [value: unknown, depth: number][] = [[spec, 0]];
  for (let size = 0; left.length > 0; ) {
    const [value, depth] = left.pop()!;
    if (value !== Object(value)) continue;
    size += 1;
    if (depth > LIMITS.depth || size > LIMITS.size) {
      const rule = `the spec must nest at most ${LIMITS.depth} deep and hold at most ${LIMITS.size} objects and arrays`;
      refuse("parameter", "lossFromJSON", rule, "more", "Call the factories.");
    }
    for (const part of Object.values(value as object)) left.push([part, depth + 1]);
  }
}

/**
 * Makes a loss from its JSON form: `{ loss: "huber", params: { delta: 2 } }`, `{ loss: "zmse", params: { threshold: 1.8 } }`,
 * `{ loss: "zMasked", params: { threshold: 2 }, of: { loss: "tukey" } }` or
 * `{ loss: "weightedSum", of: [[1, { loss: "nce" }], [4, { loss: "mae" }]] }`. `loss.toJSON()` is the inverse.
 *
 * @throws LossError `parameter` for unknown ids and parameters, for values out of range, and for specs that nest more than 64 deep or hold
 *   more than 1000 objects and arrays.
 */
export function lossFromJSON(spec: LossSpec): Loss {
  refuseLarge(spec);
  return read(spec);
}
