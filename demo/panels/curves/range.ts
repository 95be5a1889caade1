/** What a slider offers for a parameter, found by asking the parameter's own rule. */
import type { ParameterDefinition } from "../../../src/index.js";

export interface ParameterRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The ends stand for minus and plus infinity. */
  readonly infinite: boolean;
}

/** Parameters are about 1 in size, so that wider ranges would only be coarser. */
const limit = 10;

/** Values from -limit to limit that a rule accepts, so many to a unit. */
function accepted({ rule }: Pick<ParameterDefinition, "rule">, perUnit: number): number[] {
  const grid = Array.from({ length: 2 * limit * perUnit + 1 }, (_, i) => i / perUnit - limit);
  return grid.map((value) => Number(value.toFixed(2))).filter(rule.test);
}

export const isFlag = ({ rule }: Pick<ParameterDefinition, "rule">): boolean => rule.type === "boolean";

/** Of a parameter that is a number. */
export function rangeOf(definition: Pick<ParameterDefinition, "rule">): ParameterRange {
  const infinite = definition.rule.test(Number.NEGATIVE_INFINITY);
  for (const perUnit of [20, 100]) {
    const values = accepted(definition, perUnit);
    const [min, max] = [values[0], values[values.length - 1]];
    if (values.every(Number.isInteger)) return { min, max, step: 1, infinite };
    if (max - min > 1 || perUnit === 100) return { min, max, step: 1 / perUnit, infinite };
  }
  throw new Error("the last grid always answers");
}

/** The default, or the first of some usual values that the rule accepts. */
export function initialValue({ default: standard, rule }: ParameterDefinition): number | boolean {
  return standard ?? [1, 2, 0.5].find(rule.test) ?? rangeOf({ rule }).min;
}
