/** Losses as JSON: the registry from ids to factories. A bundle pays for it only when it imports it. */
import { LossError, refuse, refuseUnknown, show } from "./errors.js";
import type { BaseLoss, LossFactory, LossSpec } from "./loss.js";
import { losses } from "./losses/index.js";
import { zbce, zmse } from "./presets.js";
import { type Loss, type ZMaskOptions, zMasked, zMaskOptions } from "./zMasked.js";

type Factory = LossFactory<"regression" | "binary", string>;

const factories = new Map<string, Factory>(
  losses.map((factory) => [factory.definition.id, factory as unknown as Factory]),
);

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

/**
 * Makes a loss from its JSON form: `{ loss: "huber", params: { delta: 2 } }`, `{ loss: "zmse", params: { threshold: 1.8 } }` or
 * `{ loss: "zMasked", params: { threshold: 2 }, of: { loss: "tukey" } }`. `loss.toJSON()` is the inverse.
 *
 * @throws LossError `parameter` for unknown ids and parameters and for values out of range.
 */
export function lossFromJSON(spec: LossSpec): Loss {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) {
    refuse(
      "parameter",
      "lossFromJSON",
      "the spec must be an object { loss, params?, of? }",
      spec,
      "loss.toJSON() makes one.",
    );
  }
  refuseUnknown(spec, ["loss", "params", "of"], "lossFromJSON", "key");
  const { loss, params, of } = spec;
  if (typeof loss !== "string") {
    refuse("parameter", "lossFromJSON", `loss must be an id such as "mse"`, loss, "loss.toJSON() shows the ids.");
  }
  if (of !== undefined && loss !== "zMasked") {
    throw new LossError("parameter", `lossFromJSON: of must stand with a modifier, got it with ${show(loss)}.`);
  }
  if (loss === "zmse") return zmse(readParameters(params, [...zMaskOptions, "statOn"], loss) as ZMaskOptions);
  if (loss === "zbce")
    return zbce(readParameters(params, [...zMaskOptions, "space", "posWeight"], loss) as ZMaskOptions);
  if (loss === "zMasked") {
    if (of === undefined)
      throw new LossError("parameter", `lossFromJSON: zMasked must have a loss to mask, got no "of".`);
    return zMasked(lossFromJSON(of) as BaseLoss, readParameters(params, zMaskOptions, loss) as ZMaskOptions);
  }
  const factory = factories.get(loss);
  if (factory === undefined) {
    const ids = [...factories.keys(), "zmse", "zbce", "zMasked"];
    refuse("parameter", "lossFromJSON", `loss must be one of ${ids.join(", ")}`, loss, "Check the spelling.");
  }
  const known = Object.keys(factory.definition.parameters);
  return factory(readParameters(params, known, loss) as Record<string, number>);
}
