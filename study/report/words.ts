/** What the differences say, in words: no sentence about a loss that the rows do not bear out. */
import type { Row } from "../results.js";
import { difference, type Moment, picksOf } from "../summary.js";
import { type Subject, shown, table, titleOf } from "./tables.js";

/** A loss to compare the others with, and when. */
export interface Baseline {
  readonly loss: string;
  readonly moment: Moment;
  readonly words: string;
}

export const baselines: Readonly<Record<"class" | "regression", readonly Baseline[]>> = {
  class: [
    { loss: "ce", moment: "last", words: "cross-entropy after its last epoch" },
    { loss: "ce", moment: "stopped", words: "cross-entropy with early stopping" },
  ],
  regression: [
    { loss: "mse", moment: "last", words: "MSE after its last epoch" },
    { loss: "huber", moment: "last", words: "Huber on a robust scale" },
  ],
};

/** Verdicts on what a loss ends with, by noise. */
function verdictsOf(rows: readonly Row[], { noises, larger }: Subject, id: string, { loss, moment }: Baseline) {
  return noises.map((noise) => ({
    noise,
    ...difference(picksOf(rows, noise, id, "last"), picksOf(rows, noise, loss, moment), larger),
  }));
}

/** A line per loss: where it helps, and where it hurts. */
export function verdictList(rows: readonly Row[], subject: Subject, against: readonly Baseline[]): string {
  const lines = shown(rows, subject).map(({ id, title }) => {
    const parts = against
      .filter(({ loss, moment }) => !(loss === id && moment === "last"))
      .map((baseline) => {
        const verdicts = verdictsOf(rows, subject, id, baseline);
        const where = (wanted: string) =>
          verdicts.filter(({ verdict }) => verdict === wanted).map(({ noise }) => titleOf(noise));
        const [helps, hurts] = [where("better"), where("worse")];
        const said = [
          ...(helps.length > 0 ? [`helps at ${helps.join(", ")}`] : []),
          ...(hurts.length > 0 ? [`hurts at ${hurts.join(", ")}`] : []),
        ];
        return `against ${baseline.words} it ${said.join(" and ") || "shows no difference"}`;
      });
    return `- **${title}**: ${parts.join("; ")}.`;
  });
  return lines.join("\n");
}

/** How many losses end better, or worse, than each baseline. */
export function countTable(rows: readonly Row[], subject: Subject, against: readonly Baseline[]): string {
  const others = shown(rows, subject);
  const counts = against.map((baseline) => {
    const compared = others.filter(({ id }) => id !== baseline.loss);
    const verdicts = compared.map(({ id }) => verdictsOf(rows, subject, id, baseline));
    return subject.noises.map((_, n) => {
      const count = (wanted: string) => verdicts.filter((one) => one[n].verdict === wanted).length;
      return `${count("better")}, ${count("worse")}`;
    });
  });
  return table([
    [`of ${others.length - 1} losses: better, worse`, ...subject.noises.map(titleOf)],
    ...against.map(({ words }, b) => [`than ${words}`, ...counts[b]]),
  ]);
}
