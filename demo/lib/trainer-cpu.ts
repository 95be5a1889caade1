/** Training by the float64 reference, for browsers without a GPU. */
import { evaluateNetwork, flattenNetwork, squaredError, unflattenNetwork } from "../../src/index.js";
import { adam, adamRates, type Candidate, type Experiment, initialParameters, type Trainer } from "./trainer.js";
import { createTurns } from "./turns.js";

/** Loss and gradients of a candidate at given parameters. */
export function evaluateCandidate(
  { units, activation }: Experiment,
  { loss, training, inputs, targets }: Candidate,
  parameters: Float64Array,
  step: number,
) {
  const network = unflattenNetwork({ units, activation }, parameters);
  const result = evaluateNetwork(network, loss, { inputs, targets }, { training, step });
  const { predictions, slopes, weightGradients: weights, biasGradients: biases } = result;
  const gradients = flattenNetwork({ activation, weights, biases }, new Float64Array(parameters.length));
  return { loss: Number(result.loss), gradients, predictions, slopes };
}

export function trainOnCpu(experiment: Experiment): Trainer {
  const start = Float64Array.from(initialParameters(experiment));
  const states = experiment.candidates.map((candidate) => ({
    candidate,
    parameters: start.slice(),
    first: new Float64Array(start.length),
    second: new Float64Array(start.length),
    loss: Number.NaN,
  }));
  let step = 0;

  function train(state: (typeof states)[number]): void {
    const { candidate, parameters, first, second } = state;
    const { loss, gradients } = evaluateCandidate(experiment, candidate, parameters, step);
    const [size, correction] = adamRates(experiment, step);
    state.loss = loss;
    gradients.forEach((gradient, i) => {
      first[i] += (1 - adam.firstDecay) * (gradient - first[i]);
      second[i] += (1 - adam.secondDecay) * (gradient * gradient - second[i]);
      parameters[i] -= (size * first[i]) / (Math.sqrt(second[i] * correction) + adam.epsilon);
    });
  }

  return {
    get step() {
      return step;
    },
    async advance(steps) {
      const turn = createTurns();
      for (const end = Math.min(step + steps, experiment.steps); step < end; step++) {
        for (const state of states) {
          train(state);
          await turn();
        }
      }
    },
    async look() {
      const { units, activation, points } = experiment;
      const targets = new Float64Array(points.length / units[0]); // the loss is not asked for
      return states.map(({ parameters, loss }) => {
        const network = unflattenNetwork({ units, activation }, parameters);
        const { predictions, slopes } = evaluateNetwork(network, squaredError(), { inputs: points, targets });
        return { loss, predictions, slopes };
      });
    },
    async audit() {
      return states.map(({ candidate, parameters }) => {
        const { loss, gradients } = evaluateCandidate(experiment, candidate, parameters, step);
        return { step, parameters: parameters.slice(), loss, gradients };
      });
    },
    close() {},
  };
}
