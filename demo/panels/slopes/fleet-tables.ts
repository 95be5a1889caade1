/** What the Lai loss of one feature does to the cars, in tables and in words that are derived from their numbers. */
import { features } from "../../data/cars.js";
import type { Table } from "../../lib/table.js";
import { against } from "./explain.js";
import { type FleetPair, split } from "./fleet.js";

const about = ({ choice }: FleetPair) =>
  `Noise ${choice.noise} on ${features[choice.feature].name}, λ = ${choice.lambda}`;

/** One sentence, for those who wait for it. */
export function summarizePair({ choice, plain, lai }: FleetPair): string {
  const [before, after] = [plain, lai].map(({ sensitivity }) => sensitivity[choice.feature].toFixed(2));
  return `Trained. Sensitivity to ${features[choice.feature].name}: ${before} under MSE, ${after} under Lai MSE.`;
}

/** The feature besides the chosen one whose sensitivity changed most. */
export function otherChange({ choice, plain, lai }: FleetPair) {
  const changes = features.map(({ name }, j) => {
    const [before, after] = [plain.sensitivity[j], lai.sensitivity[j]];
    return { name, before, after, size: j === choice.feature ? -1 : Math.abs(after - before) };
  });
  return changes.reduce((most, change) => (change.size > most.size ? change : most));
}

/** Whether only the chosen feature changed, and whether it was worth it. */
export function explainPair(pair: FleetPair): string {
  const { choice, plain, lai } = pair;
  const { name } = features[choice.feature];
  const [before, after] = [plain, lai].map(({ sensitivity }) => sensitivity[choice.feature]);
  const other = otherChange(pair);
  const own = Math.abs(after - before);
  const rest = other.size < 0.1 * own ? "The others hardly change" : "The others are not left alone";
  const [plainCost, laiCost] = [plain, lai].map(({ cleanError, noisyError }) =>
    (noisyError - cleanError).toFixed(2).replace("-0.00", "0.00"),
  );
  return [
    `Sensitivity to ${name} from ${before.toFixed(3)} to ${after.toFixed(3)}; on average |slope| is ${lai.distance.toFixed(3)} away from λ = ${choice.lambda}, under MSE ${plain.distance.toFixed(3)}.`,
    `${rest}: at most ${other.name}, from ${other.before.toFixed(3)} to ${other.after.toFixed(3)}.`,
    `The noise changes the error of MSE by ${plainCost} mpg, that of Lai MSE by ${laiCost} mpg.`,
    `Error of Lai MSE on noisy inputs ${against(lai.noisyError, plain.noisyError)} under MSE, on clean ones ${against(lai.cleanError, plain.cleanError)} under MSE.`,
  ].join(" ");
}

export function sensitivityTable(pair: FleetPair): Table {
  const { plain, lai } = pair;
  return {
    caption: `Sensitivity: mean |slope| at the ${split.test.length} test cars, clean; mpg and features in standard deviations. ${about(pair)}.`,
    columns: ["feature", "MSE", "Lai MSE", "change"],
    rows: features.map(({ name }, j) => ({
      cells: [
        j === pair.choice.feature ? `${name} (noisy)` : name,
        plain.sensitivity[j].toFixed(3),
        lai.sensitivity[j].toFixed(3),
        (lai.sensitivity[j] - plain.sensitivity[j]).toFixed(3),
      ],
    })),
  };
}

export function errorTable(pair: FleetPair): Table {
  const cells = [pair.plain, pair.lai].map(({ cleanError, noisyError }) => [
    cleanError.toFixed(2),
    noisyError.toFixed(2),
  ]);
  return {
    caption: `Test error in mpg (root mean square). ${about(pair)}.`,
    columns: ["loss", "clean inputs", "noisy inputs"],
    rows: [
      { cells: ["MSE", ...cells[0]] },
      { cells: [`Lai MSE of ${features[pair.choice.feature].name}`, ...cells[1]] },
    ],
    remarks: [explainPair(pair)],
  };
}

/** Every feature noisy in turn. */
export function everyFeatureTable(pairs: readonly FleetPair[]): Table {
  const { noise, lambda } = pairs[0].choice;
  const fallen = pairs.filter(
    ({ choice, plain, lai }) => lai.sensitivity[choice.feature] < plain.sensitivity[choice.feature],
  ).length;
  const better = pairs.filter(({ plain, lai }) => lai.noisyError < plain.noisyError);
  const names = better.map(({ choice }) => features[choice.feature].name).join(", ");
  return {
    caption: `Auto MPG, noise ${noise} on one feature in turn, λ = ${lambda}: sensitivity to it, and test errors in mpg, MSE against Lai MSE of this feature.`,
    columns: ["noisy feature", "|slope| MSE", "Lai", "clean error MSE", "Lai", "noisy error MSE", "Lai"],
    rows: pairs.map((pair) => {
      const { choice, plain, lai } = pair;
      return {
        cells: [
          features[choice.feature].name,
          ...[plain, lai].map(({ sensitivity }) => sensitivity[choice.feature].toFixed(3)),
          ...[plain, lai].map(({ cleanError }) => cleanError.toFixed(2)),
          ...[plain, lai].map(({ noisyError }) => noisyError.toFixed(2)),
        ],
        note: explainPair(pair),
      };
    }),
    remarks: [
      `The sensitivity to the noisy feature falls for ${fallen} of ${pairs.length} features.`,
      `On noisy inputs the Lai loss has the smaller error for ${better.length} of ${pairs.length} features${names && ` (${names})`}.`,
    ],
  };
}
