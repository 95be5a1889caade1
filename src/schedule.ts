/** Thresholds that change while training. */
import { oneOf, refuse, refuseUnknown } from "./errors.js";

/** From where to where, how, and in how many steps. */
export interface ThresholdSchedule {
  /** Shape of the curve. */
  readonly kind: "linear" | "cosine" | "exponential";
  /** Threshold at step 0; above 0. */
  readonly from: number;
  /** Threshold at step `steps` and ever after; above 0. */
  readonly to: number;
  /** Number of steps of the change; 0 or less means that it is over at once. */
  readonly steps: number;
}

/**
 * A threshold as a function of the training step. With f = clamp(step / steps, 0, 1): `linear` from + (to - from) f,
 * `cosine` to + (from - to) (1 + cos(pi f)) / 2, `exponential` from (to / from)^f.
 *
 * The Z-Error paper speaks of an annealing-inspired threshold; these formulas are our reading of it.
 *
 * @throws LossError `parameter` for an unknown kind or thresholds that are not above 0.
 */
export function thresholdSchedule(schedule: ThresholdSchedule): (step: number) => number {
  refuseUnknown(schedule, ["kind", "from", "to", "steps"], "thresholdSchedule");
  const { from, to, steps } = schedule;
  const kind = oneOf(schedule.kind, ["linear", "cosine", "exponential"], "thresholdSchedule", "kind");
  for (const [name, value] of Object.entries({ from, to })) {
    if (!(Number.isFinite(value) && value > 0)) {
      refuse(
        "parameter",
        "thresholdSchedule",
        `${name} must be a finite number above 0`,
        value,
        "A threshold is a number of deviations.",
      );
    }
  }
  if (!Number.isFinite(steps))
    refuse(
      "parameter",
      "thresholdSchedule",
      "steps must be a finite number",
      steps,
      "Give the number of training steps.",
    );
  return (step) => {
    const f = steps <= 0 ? 1 : Math.min(1, Math.max(0, step / steps));
    if (f === 0 || f === 1) return f === 0 ? from : to; // exact, whatever the formula rounds to
    if (kind === "linear") return from + (to - from) * f;
    if (kind === "cosine") return to + 0.5 * (from - to) * (1 + Math.cos(Math.PI * f));
    return from * (to / from) ** f;
  };
}
