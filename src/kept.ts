/** Plans that are kept ready for the next call of `run` and `runNetwork`, per device. */
import { structureOf } from "./plan.js";
import type { Problem } from "./problem.js";
import { recall } from "./recall.js";

interface Kept {
  destroy(): void;
}

/** So many for a device; the least recently used one goes first. */
const KEPT_PLANS = 8;
const plans = new WeakMap<GPUDevice, Map<string, Promise<Kept>>>();

/** What a plan is for, as text. With the way: a call has the same bits whatever came before it. */
export const keyOf = (problem: Problem, options: object): string =>
  JSON.stringify([structureOf(problem), problem.base.definition.wgsl, problem.familyTraits.waysOf?.(problem), options]);

/** The plan for a structure of losses and options that are its own; `create` makes it. */
export function planFor<P extends Kept>(
  device: GPUDevice,
  problem: Problem,
  options: object,
  create: () => Promise<P>,
): Promise<P> {
  const kept = recall(plans, device, () => new Map());
  const key = keyOf(problem, options);
  const make = (old?: Promise<Kept>) => {
    // Whoever awaits it now goes first, and encodes and submits at once.
    old?.then((plan) => plan.destroy()).catch(() => {});
    return create();
  };
  const plan = recall(kept, key, make, KEPT_PLANS);
  plan.catch(() => kept.delete(key));
  return plan as Promise<P>;
}
