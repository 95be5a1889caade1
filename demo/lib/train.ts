/** Full-batch gradient descent of a line, many losses in step with each other, until each settles or shows that it will not. */
import type { Loss, RegressionLoss } from "../../src/index.js";
import type { Engine, Outcome } from "./engine.js";
import { type Line, robustScale, standardize } from "./line.js";

/** A way to train: which loss applies at a step, given the residuals of that step. */
export interface Recipe {
  readonly loss: (step: number, scale: number) => Loss<"regression">;
  /** An upper bound of the second derivative of the loss: the step size is a quarter of its inverse. */
  readonly curvature: number;
  /** Step from which on the loss no longer changes by a schedule. */
  readonly steadyFrom: number;
}

export interface Fit<R extends Recipe = Recipe> {
  readonly recipe: R;
  line: Line;
  step: number;
  /** The last step that moved the line by more than rounding would. */
  lastMove: number;
  state: "training" | "settled" | "unsettled";
  /** Loss of this step, with its parameters, and what the engine made of it. */
  loss?: Loss<"regression">;
  outcome?: Outcome;
  /** prediction - target of every point, in units of y. */
  residuals: number[];
  /** 1.4826 MAD of the residuals, in units of y: at the start, and now. */
  startScale: number;
  scale: number;
  /** Points that do not pull at all: masked ones, or beyond the reach of a redescending loss. */
  dropped: number[];
  /** The different sets of dropped points among the last steps; several in the end are a cycle. */
  recent: number[][];
}

const rate = 0.25;
export const maxSteps = 1500;
/** Movements that may be rounding of float32, and how many of them without progress end a fit. */
const noise = 1e-6;
const patience = 25;
const memory = 100;

function dropped(loss: Loss<"regression">, { mask, gradient }: Outcome, residuals: ArrayLike<number>): number[] {
  const indices = Array.from(residuals, (_, i) => i);
  if (mask) return indices.filter((i) => mask[i] === 0);
  const redescending = "definition" in loss && (loss as RegressionLoss).definition.traits.redescending;
  return redescending ? indices.filter((i) => gradient[i] === 0 && residuals[i] !== 0) : [];
}

/**
 * Trains one line per recipe. Works in standardized coordinates, where the squared error has the same curvature in
 * all directions, so that plain gradient descent is enough.
 *
 * @param onStep sees all fits after every step; training waits for it.
 */
export async function train<R extends Recipe>(
  engine: Engine,
  data: { readonly x: readonly number[]; readonly y: readonly number[] },
  recipes: readonly R[],
  start: Line,
  { onStep, signal }: { onStep?: (fits: Fit<R>[]) => void | Promise<void>; signal?: AbortSignal } = {},
): Promise<Fit<R>[]> {
  const frame = standardize(data.x, data.y);
  const { x, y: targets, unit } = frame;
  const first = frame.inward(start);
  const lines = recipes.map(() => first);
  const progress = recipes.map<Progress>(() => ({ best: Number.POSITIVE_INFINITY, since: 0, recent: [], lines: [] }));
  const startScale = robustScale(x.map((v, i) => first.intercept + first.slope * v - targets[i]));
  const fits = recipes.map<Fit<R>>((recipe) => ({
    recipe,
    line: start,
    step: 0,
    lastMove: 0,
    state: "training",
    residuals: [],
    startScale: startScale * unit,
    scale: startScale * unit,
    dropped: [],
    recent: [],
  }));

  const session = await engine.open(
    targets,
    recipes.map(({ loss }) => loss(0, startScale)),
  );
  try {
    for (let step = 0; fits.some(({ state }) => state === "training") && !signal?.aborted; step++) {
      const jobs = fits.flatMap((fit, slot) => {
        if (fit.state !== "training") return [];
        const { slope, intercept } = lines[slot];
        const predictions = x.map((v) => intercept + slope * v);
        const residuals = predictions.map((p, i) => p - targets[i]);
        const scale = Math.max(robustScale(residuals), 1e-6); // a scale of 0 would be no loss
        return [{ slot, predictions, residuals, scale, loss: fit.recipe.loss(step, scale) }];
      });
      const outcomes = await session.evaluate(jobs);
      jobs.forEach(({ slot, residuals, scale, loss }, j) => {
        const outcome = outcomes[j];
        const fit = fits[slot];
        const { slope, intercept } = lines[slot];
        // Chain rule: d loss / d intercept and d loss / d slope from d loss / d predictions.
        const length = rate / fit.recipe.curvature;
        const gradient = Array.from(outcome.gradient);
        const down = length * gradient.reduce((sum, g) => sum + g, 0);
        const tilt = length * gradient.reduce((sum, g, i) => sum + g * x[i], 0);
        lines[slot] = { slope: slope - tilt, intercept: intercept - down };

        fit.step = step + 1;
        fit.line = frame.outward(lines[slot]);
        fit.loss = loss;
        fit.outcome = outcome;
        fit.residuals = Array.from(residuals, (r) => r * unit);
        fit.scale = scale * unit;
        fit.dropped = dropped(loss, outcome, residuals);
        const movement = Math.max(Math.abs(down), Math.abs(tilt));
        if (movement >= noise) fit.lastMove = fit.step;
        progress[slot].lines = [...progress[slot].lines, lines[slot]].slice(-memory);
        fit.state = judge(fit, progress[slot], movement);
      });
      await onStep?.(fits);
    }
  } finally {
    session.close();
  }
  return fits;
}

interface Progress {
  /** The least movement, and the steps since then. */
  best: number;
  since: number;
  /** Dropped points, and standardized lines, of the last steps. */
  recent: string[];
  lines: Line[];
}

/** Whether a line that moves is where it was a while ago: then it comes back for ever. */
function circles({ lines }: Progress): boolean {
  const now = lines[lines.length - 1];
  return lines
    .slice(0, memory / 2)
    .some((line) => Math.abs(line.slope - now.slope) < noise && Math.abs(line.intercept - now.intercept) < noise);
}

/** Settled where nothing moves, or where what moves is rounding; a loss that is still on its schedule goes on. */
function judge(fit: Fit, progress: Progress, movement: number): Fit["state"] {
  progress.recent = [...progress.recent, fit.dropped.join()].slice(-memory);
  if (fit.step <= fit.recipe.steadyFrom) return "training";
  if (movement < 0.9 * progress.best) {
    progress.best = movement;
    progress.since = 0;
  } else progress.since++;
  if (movement < 1e-12 || (movement < noise && progress.since >= patience)) return "settled";
  if (fit.step < maxSteps && !(progress.since >= memory && circles(progress))) return "training";
  fit.recent = [...new Set(progress.recent)].map((key) => (key ? key.split(",").map(Number) : []));
  return "unsettled";
}
