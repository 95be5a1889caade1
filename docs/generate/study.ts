/** The tables and pictures of docs/study.md, from the results of the study; its text is written by hand. */
import { studySvg } from "../../study/report/chart.js";
import { digits, friedman, leftTable, maskTable, scoreTable } from "../../study/report/tables.js";
import { baselines, countTable, verdictList } from "../../study/report/words.js";
import type { Results, TaskName } from "../../study/results.js";

export type StudyResults = Readonly<Record<TaskName, Results>>;

const makers: Readonly<Record<string, (results: StudyResults) => string>> = {
  "digits, made with": (results) => results.digits.machine,
  "digits, counts": (results) => countTable(results.digits.rows, digits, baselines.class),
  "digits, verdicts": (results) => verdictList(results.digits.rows, digits, baselines.class),
  "digits, last epoch": (results) => scoreTable(results.digits.rows, digits, "last"),
  "digits, early stopping": (results) => scoreTable(results.digits.rows, digits, "stopped"),
  "digits, best epoch": (results) => scoreTable(results.digits.rows, digits, "best"),
  "digits, what is left": (results) => leftTable(results.digits.rows, digits, "ce", "stopped"),
  "digits, masks": (results) => maskTable(results.digits.rows, digits),
  "friedman, made with": (results) => results.friedman.machine,
  "friedman, counts": (results) => countTable(results.friedman.rows, friedman, baselines.regression),
  "friedman, verdicts": (results) => verdictList(results.friedman.rows, friedman, baselines.regression),
  "friedman, last epoch": (results) => scoreTable(results.friedman.rows, friedman, "last"),
  "friedman, early stopping": (results) => scoreTable(results.friedman.rows, friedman, "stopped"),
  "friedman, what is left": (results) => leftTable(results.friedman.rows, friedman, "huber", "last"),
  "friedman, masks": (results) => maskTable(results.friedman.rows, friedman),
};

/** The text with what stands between each pair of marks written anew. */
export function fillTables(text: string, results: StudyResults): string {
  const seen = new Set<string>();
  const filled = text.replace(/(<!-- (\w+, [^>]*?) -->\n)[\s\S]*?(<!-- \/ -->)/g, (_, start, name, end) => {
    const make = makers[name];
    if (!make) throw new Error(`docs/study.md asks for ${name}; there are ${Object.keys(makers).join("; ")}`);
    seen.add(name);
    return `${start}\n${make(results)}\n\n${end}`;
  });
  const missing = Object.keys(makers).filter((name) => !seen.has(name));
  if (missing.length > 0) throw new Error(`docs/study.md must have ${missing.join("; ")}`);
  return filled;
}

export const studyPictures = ({ digits: ofDigits, friedman: ofFriedman }: StudyResults): Record<string, string> => ({
  "docs/study-digits.svg": studySvg(ofDigits.rows, ofDigits.machine, digits, {
    title: "Clean test accuracy of digits learnt from noisy labels",
    domain: (means) => [Math.floor(10 * Math.min(...means)) / 10, 1],
    unit: "% of the test digits; further to the right is better",
  }),
  "docs/study-friedman.svg": studySvg(ofFriedman.rows, ofFriedman.machine, friedman, {
    title: "Error of a function learnt from data with outliers",
    domain: (means) => [0, Math.ceil(Math.max(...means))],
    unit: "root mean square error on the clean test; further to the left is better",
  }),
});
