/** Whether lines that were trained on the GPU are those of float64. */
import type { Agreement } from "../../lib/panel.js";
import type { Fit } from "../../lib/train.js";

type Fits = readonly Fit[];

export const distance = (a: Fit, b: Fit) =>
  Math.max(Math.abs(a.line.slope - b.line.slope), Math.abs(a.line.intercept - b.line.intercept));

const cycle = ({ recent }: Fit) =>
  recent
    .map((mask) => mask.join())
    .sort()
    .join(";");

/** Collects fits and their float64 twins, then judges them together. */
export function createAgreement() {
  let [difference, sameMasks, cycles, count] = [0, true, 0, 0];
  return {
    add(fits: Fits, exact: Fits): void {
      fits.forEach((fit, i) => {
        count++;
        if (fit.state === "unsettled") {
          // The line depends on when it was stopped; the masks that it alternates between do not.
          cycles++;
          sameMasks &&= exact[i].state === "unsettled" && cycle(fit) === cycle(exact[i]);
          return;
        }
        difference = Math.max(difference, distance(fit, exact[i]));
        sameMasks &&= fit.dropped.join() === exact[i].dropped.join();
      });
    },
    result(): Agreement {
      const left = cycles > 0 ? ` (${cycles} alternating between masks, compared by these)` : "";
      return {
        // Three decimals are printed, so they have to be right.
        holds: sameMasks && difference < 5e-4,
        text: `The same training of ${count} lines in float64 on the CPU has ${sameMasks ? "the same masks" : "OTHER MASKS"}, and slopes and intercepts within ${difference.toExponential(1)}${left}.`,
      };
    },
  };
}
