/**
 * Has our time relative to the hand-written baseline become worse? The baselines hardly change, and both are timed in turns, so the
 * ratio outlives other machines and busy ones.
 */

/** Ratios ours / baseline by case, of every adapter that has been looked at. */
export type References = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Verdict {
  readonly label: string;
  readonly reference: number;
  /** The best one of all attempts: disturbances make a ratio worse as often as better, a regression stays. */
  readonly ratio: number;
  readonly attempts: number;
  readonly holds: boolean;
}

/** More than this much worse is a regression. */
export const TOLERATED = 0.2;
/** How often a case is measured before it fails. */
const ATTEMPTS = 4;

/** Measures every case of the references, a failing one again. */
export async function check(
  references: Readonly<Record<string, number>>,
  ratioOf: (label: string) => Promise<number>,
  onVerdict: (verdict: Verdict) => void = () => {},
): Promise<boolean> {
  let allHold = true;
  for (const [label, reference] of Object.entries(references)) {
    let ratio = Number.POSITIVE_INFINITY;
    let attempts = 0;
    let holds = false;
    while (!holds && attempts < ATTEMPTS) {
      attempts++;
      ratio = Math.min(ratio, await ratioOf(label));
      holds = ratio <= (1 + TOLERATED) * reference;
    }
    allHold &&= holds;
    onVerdict({ label, reference, ratio, attempts, holds });
  }
  return allHold;
}

export const verdictLine = ({ label, reference, ratio, attempts, holds }: Verdict): string => {
  const change = 100 * (ratio / reference - 1);
  const tries = attempts === 1 ? "" : `, best of ${attempts}`;
  return `${holds ? "ok  " : "WORSE"} ${label}: ${ratio.toFixed(2)} of the baseline, was ${reference.toFixed(2)} (${change < 0 ? "" : "+"}${change.toFixed(0)}%${tries})`;
};
