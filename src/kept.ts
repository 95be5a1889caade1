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

/**
 * What `use` makes of the plan for a structure of losses and options that are its own; `create` makes it. A plan that fails is not kept: it
 * may hold buffers that the device had no memory for.
 */
export function withPlan<P extends Kept, R>(
  device: GPUDevice,
  problem: Problem,
  options: object,
  create: () => Promise<P>,
  use: (plan: P) => Promise<R>,
): Promise<R> {
  const kept = recall(plans, device, () => new Map());
  const key = keyOf(problem, options);
  const make = (old?: Promise<Kept>) => {
    // Whoever awaits it now goes first, and encodes and submits at once.
    old?.then((plan) => plan.destroy()).catch(() => {});
    return create();
  };
  const used = (recall(kept, key, make, KEPT_PLANS) as Promise<P>).then(use);
  used.catch(() => kept.delete(key));
  return used;
}
