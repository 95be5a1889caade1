/** A whole training on a backend, with a look after every epoch. */
import type { Tf } from "../../lib/tensorflow.js";
import { type Audit, createClassifiers, type Ending, type Experiment, type MaskCounts } from "./classifiers.js";
import type { Setting } from "./settings.js";

/** What a network has shown so far. */
export interface Course {
  readonly setting: Setting;
  /** Clean test accuracy, before the first epoch and after every one. */
  readonly accuracies: readonly number[];
  /** Of z-masks, by epoch. */
  readonly masks: readonly MaskCounts[];
  /** After the last epoch. */
  readonly end?: Ending;
}

export interface Outcome {
  readonly courses: readonly Course[];
  readonly audits: readonly Audit[];
}

export interface Watch {
  onEpoch?(courses: readonly Course[], epoch: number): void;
  /** Resolves when training may go on. */
  ready?(): Promise<void> | undefined;
  readonly signal?: AbortSignal;
}

/** @returns undefined when it was aborted. */
export async function run(
  tf: Tf,
  experiment: Experiment,
  { onEpoch, ready, signal }: Watch = {},
): Promise<Outcome | undefined> {
  const classifiers = createClassifiers(tf, experiment);
  const accuracies = experiment.settings.map((): number[] => []);
  const masks = experiment.settings.map((): MaskCounts[] => []);
  const courses = () =>
    experiment.settings.map((setting, i) => ({ setting, accuracies: [...accuracies[i]], masks: [...masks[i]] }));
  try {
    for (let epoch = 0; ; epoch++) {
      (await classifiers.test()).forEach((accuracy, i) => {
        accuracies[i].push(accuracy);
      });
      if (signal?.aborted) return undefined;
      onEpoch?.(courses(), epoch);
      if (epoch === experiment.epochs) break;
      await ready?.();
      if (signal?.aborted) return undefined;
      (await classifiers.train(epoch, signal)).forEach((counts, i) => {
        if (counts) masks[i].push(counts);
      });
    }
    const ends = await classifiers.finish();
    return {
      courses: courses().map((course, i) => ({ ...course, end: ends[i] })),
      audits: await classifiers.audit(),
    };
  } finally {
    classifiers.close();
  }
}
