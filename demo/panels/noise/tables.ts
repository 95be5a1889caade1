/** The courses of all networks in a table. */
import type { Table } from "../../lib/table.js";
import { bestEpoch, lastOf, percent } from "./course.js";
import { explainCourse } from "./explain.js";
import type { Course } from "./run.js";
import { type Choice, training } from "./settings.js";

const epochsOf = (courses: readonly Course[]) => courses[0].accuracies.length - 1;

export function accuracyTable(
  { kind, noise, seed }: Choice,
  wrong: number,
  samples: number,
  courses: readonly Course[],
): Table {
  const { hidden, batch, rate } = training;
  return {
    caption: `Accuracy on clean test digits in percent, after ${epochsOf(courses)} epochs. ${noise} % ${kind} noise, seed ${seed}: ${wrong} of ${samples} training labels are wrong.`,
    columns: ["loss", "last", "best", "at epoch", "wrong labels learnt"],
    rows: courses.map((course) => ({
      cells: [
        course.setting.title,
        percent(lastOf(course)),
        percent(course.accuracies[bestEpoch(course)]),
        String(bestEpoch(course)),
        course.end && wrong > 0 ? percent(course.end.memorized) : "-",
      ],
      note: explainCourse(course) || undefined,
    })),
    remarks: [
      `One hidden layer of ${hidden} units with relu, Adam with rate ${rate}, batches of ${batch}: the same for every loss. "Best" looks at the test digits, which nobody can do in earnest. "Wrong labels learnt": the share of the wrong training labels, in percent, that the network itself gives in the end.`,
    ],
  };
}
