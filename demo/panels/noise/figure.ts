/** The accuracies of all networks while they are trained. */
import type { Digits } from "../../data/digits.js";
import { openDigits } from "../../data/open-digits.js";
import { backendsOf, computeOn } from "../../lib/backends.js";
import { h } from "../../lib/dom.js";
import type { Engine } from "../../lib/engine.js";
import { reducedMotion } from "../../lib/motion.js";
import { createPlot } from "../../lib/plot.js";
import { swatch } from "../../lib/swatch.js";
import { renderTable, type Table } from "../../lib/table.js";
import { openTensorflow } from "../../lib/tensorflow.js";
import { createControls } from "./controls.js";
import { lastOf } from "./course.js";
import { experimentOf } from "./experiment.js";
import { explain, summarize } from "./explain.js";
import { type Course, type Outcome, run } from "./run.js";
import { accuracyTable } from "./tables.js";

let opened: Promise<Digits> | undefined;

/** Whether training rests, and a promise of its end. */
function createRest() {
  let [promise, end]: [Promise<void> | undefined, () => void] = [undefined, () => {}];
  return {
    promise: () => promise,
    set(resting: boolean) {
      end();
      promise = resting ? new Promise((resolve) => (end = resolve)) : undefined;
    },
  };
}

/** The finished training of a choice. */
export interface Finished extends Outcome {
  readonly table: Table;
  readonly text: string;
  readonly story: string;
}

export function createNoiseFigure(engine: Engine) {
  const plot = createPlot({
    id: "noise-accuracy",
    title: "Accuracy on clean test digits, by epoch",
    description: "A curve for every loss. The table has the last and the best accuracy of each.",
    size: "tall",
    xLabel: "epoch",
    yLabel: "accuracy on clean test digits, %",
  });
  const story = h("p", { class: "source" }, "The digits are loaded when training starts.");
  const progress = h("p", { class: "progress" }, "Training starts when this is in view.");
  const summary = h("p", { role: "status" });
  const explanation = h("p");
  const results = h("div");
  const rest = createRest();
  let running = new AbortController();
  const controls = createControls(
    backendsOf(engine),
    () => void train(),
    (resting) => {
      rest.set(resting);
      if (resting) progress.append(" Paused.");
    },
  );

  function draw(courses: readonly Course[], epochs: number): void {
    const lasts = courses.map((course) => 100 * lastOf(course));
    plot.draw({
      x: [0, epochs],
      // What is learnt in the first epochs would press the rest together.
      y: [Math.min(70, 10 * Math.floor(Math.min(...lasts) / 10)), 100],
      curves: courses.map(({ setting, accuracies }) => ({
        name: setting.name,
        points: accuracies.map((accuracy, epoch) => [epoch, 100 * accuracy] as const),
      })),
    });
  }

  /** Resolves when the networks rest; undefined when another training took over. */
  async function train(): Promise<Finished | undefined> {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const choice = controls.read();
    if (choice.losses.length === 0) {
      progress.textContent = "No loss is chosen.";
      return undefined;
    }
    progress.textContent = "Loading TensorFlow.js and the digits.";
    opened ??= openDigits();
    const [tf, digits] = await Promise.all([openTensorflow(engine), opened]);
    story.textContent = digits.story;
    const experiment = experimentOf(choice, digits);
    const { noise } = experiment;
    const show = (courses: readonly Course[]) => {
      draw(courses, choice.epochs);
      const table = accuracyTable(choice, noise.count, noise.labels.length, courses);
      results.replaceChildren(renderTable(table, (row) => swatch(courses[row].setting.name)));
      return table;
    };
    const onEpoch = (courses: readonly Course[], epoch: number) => {
      if (signal.aborted) return;
      progress.textContent = `Epoch ${epoch} of ${choice.epochs}, TensorFlow.js on ${choice.backend}.`;
      if (epoch === 0 || !reducedMotion()) show(courses);
    };
    const outcome = await computeOn(tf, choice.backend, async () =>
      signal.aborted ? undefined : run(tf, experiment, { onEpoch, ready: rest.promise, signal }),
    );
    if (!outcome || signal.aborted) return undefined;
    const table = show(outcome.courses);
    const text = explain(choice, outcome.courses);
    explanation.textContent = text;
    summary.textContent = summarize(outcome.courses);
    return { ...outcome, table, text, story: digits.story };
  }

  const element = h(
    "div",
    {},
    controls.element,
    story,
    h(
      "div",
      { class: "beside" },
      h(
        "div",
        {},
        h("figure", {}, plot.element, h("figcaption", {}, "Which line is which: in the table and in the form.")),
        explanation,
      ),
      h("div", {}, progress, summary, results),
    ),
  );
  return { element, train };
}
