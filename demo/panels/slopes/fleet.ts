/** The cars as training and test data, standardized, with noise on one feature. */
import { lai, squaredError } from "../../../src/index.js";
import { cars, features, mpg } from "../../data/cars.js";
import { normal, shuffled } from "../../lib/random.js";
import type { Candidate, Experiment, Look } from "../../lib/trainer.js";
import { distanceTo } from "./measure.js";

export interface FleetChoice {
  /** Index of the noisy feature. */
  readonly feature: number;
  /** Deviation of its noise, in deviations of the feature. */
  readonly noise: number;
  readonly lambda: number;
}

export const fleetDefaults: FleetChoice = { feature: 4, noise: 0.5, lambda: 0.1 };

const testShare = 0.2;
const order = shuffled(cars.length, 1);
const testCount = Math.round(testShare * cars.length);
/** Which cars train, and which judge. */
export const split = { train: order.slice(testCount), test: order.slice(0, testCount) };

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** By mean and deviation of the training data. */
function scaler(values: readonly number[]) {
  const trained = split.train.map((i) => values[i]);
  const center = mean(trained);
  const spread = Math.sqrt(mean(trained.map((value) => (value - center) ** 2)));
  return { spread, scale: (value: number) => (value - center) / spread };
}

const columns = features.map((_, j) => scaler(cars.map((car) => car[j])));
const consumption = scaler(mpg);

function prepare(indices: readonly number[]) {
  return {
    inputs: Float64Array.from(indices.flatMap((i) => columns.map(({ scale }, j) => scale(cars[i][j])))),
    targets: Float64Array.from(indices, (i) => consumption.scale(mpg[i])),
  };
}
const train = prepare(split.train);
const test = prepare(split.test);

const noiseSeeds = { train: 1, test: 2 };

function withNoise(inputs: Float64Array, { feature, noise }: FleetChoice, seed: number): Float64Array {
  const draw = normal(seed);
  return inputs.map((value, at) => (at % features.length === feature ? value + noise * draw() : value));
}

/** MSE and its Lai loss of the noisy feature. */
export const fleetCandidates = (choice: FleetChoice): Candidate[] => {
  const inputs = withNoise(train.inputs, choice, noiseSeeds.train);
  const { lambda, feature } = choice;
  const loss = lai(squaredError(), { lambda, aggregate: "feature", feature });
  return [squaredError(), loss].map((loss) => ({ loss, inputs, targets: train.targets }));
};

/** All choices must have the same noise: a look is at the clean test inputs, and at those with noise on every feature in turn. */
export function fleetExperiment(choices: readonly FleetChoice[]): Experiment {
  const noisy = choices.flatMap((choice) => [...withNoise(test.inputs, choice, noiseSeeds.test)]);
  return {
    units: [features.length, 16, 1],
    activation: "tanh",
    seed: 1,
    steps: 200,
    rate: 0.03,
    points: Float64Array.from([...test.inputs, ...noisy]),
    candidates: choices.flatMap(fleetCandidates),
  };
}

export interface FleetFit {
  /** Mean |d prediction / d feature| on the clean test inputs, by feature, in deviations of both. */
  readonly sensitivity: readonly number[];
  /** How far |slope| of the noisy feature is from lambda there, on average. */
  readonly distance: number;
  /** Root mean squared error on the test cars, in miles per gallon. */
  readonly cleanError: number;
  readonly noisyError: number;
}

/** Before and after: MSE, and the Lai loss. */
export interface FleetPair {
  readonly choice: FleetChoice;
  readonly plain: FleetFit;
  readonly lai: FleetFit;
}

function measure({ predictions, slopes }: Look, { feature, lambda }: FleetChoice, noisyBlock: number): FleetFit {
  const count = test.targets.length;
  const error = (from: number) =>
    consumption.spread * Math.sqrt(mean(Array.from(test.targets, (y, i) => (predictions[from + i] - y) ** 2)));
  const slopesOf = (j: number) => Array.from(test.targets, (_, i) => slopes[i * features.length + j]);
  return {
    sensitivity: features.map((_, j) => distanceTo(0, slopesOf(j))),
    distance: distanceTo(lambda, slopesOf(feature)),
    cleanError: error(0),
    noisyError: error(noisyBlock * count),
  };
}

export const measurePairs = (choices: readonly FleetChoice[], looks: readonly Look[]): FleetPair[] =>
  choices.map((choice, c) => ({
    choice,
    plain: measure(looks[2 * c], choice, c + 1),
    lai: measure(looks[2 * c + 1], choice, c + 1),
  }));
