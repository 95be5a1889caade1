/** A whole training on an engine, with looks at it a few times per second. */
import type { Engine } from "./engine.js";
import type { Audit, Experiment, Look } from "./trainer.js";

/** Milliseconds between looks. */
const pace = 250;
/** Milliseconds of one submission: whoever else waits for the GPU, the page's own drawing too, has a turn that soon. */
const span = 25;

/** What a panel has trained, for whom it interests as well. */
export interface Trained<Choice> {
  readonly choice: Choice;
  readonly experiment: Experiment;
  readonly outcome: Outcome;
}

export interface Outcome {
  readonly looks: readonly Look[];
  readonly audits: readonly Audit[];
}

/**
 * Trains to the last step, or until the signal; closes what it opened.
 *
 * @param onLook sees all networks at the start, then now and then, and in the end.
 * @returns undefined when it was aborted.
 */
export async function run(
  engine: Engine,
  experiment: Experiment,
  { onLook, signal }: { onLook?: (looks: readonly Look[], step: number) => void; signal?: AbortSignal } = {},
): Promise<Outcome | undefined> {
  const trainer = await engine.train(experiment);
  try {
    let chunk = 1;
    for (let looked = Number.NEGATIVE_INFINITY; !signal?.aborted; ) {
      const last = trainer.step === experiment.steps;
      if (last || (onLook && performance.now() - looked >= pace)) {
        const looks = await trainer.look();
        looked = performance.now();
        onLook?.(looks, trainer.step);
        if (last) return { looks, audits: await trainer.audit() };
      }
      const started = performance.now();
      await trainer.advance(chunk);
      // The first chunks may contain the compilation of something; none is more than four times the one before.
      const fitting = Math.floor((chunk * span) / (performance.now() - started));
      chunk = Math.max(1, Math.min(fitting, 4 * chunk));
    }
    return undefined;
  } finally {
    trainer.close();
  }
}
