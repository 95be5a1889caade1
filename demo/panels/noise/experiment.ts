/** What a choice trains. */
import { type Digits, firstOf } from "../../data/digits.js";
import type { Experiment } from "./classifiers.js";
import { withNoise } from "./labels.js";
import { type Choice, settingsOf, training } from "./settings.js";

export function experimentOf(choice: Choice, digits: Pick<Digits, "train" | "test">): Experiment {
  const train = firstOf(digits.train, choice.samples || digits.train.labels.length);
  return {
    ...training,
    digits: { train, test: digits.test },
    noise: withNoise(train.labels, choice.kind, choice.noise / 100, choice.seed),
    settings: settingsOf(choice),
    epochs: choice.epochs,
    seed: choice.seed,
  };
}
