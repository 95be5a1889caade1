/** Long computations on the page's own thread, with turns for everything else in between. */

/** Milliseconds without a turn: a frame of 60 per second. */
const patience = 16;

/** Call and await it between steps: it lets the page have its turn when the last one is long ago. */
export function createTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < patience) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}
