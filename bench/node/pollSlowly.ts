/** How Dawn waits in Node. */

/**
 * Dawn asks for its events with setImmediate as long as anything is under way, which keeps a whole core busy, on which a software
 * adapter could compute. Every millisecond will do.
 */
export function pollSlowly(): void {
  globalThis.setImmediate = ((action: () => void) => setTimeout(action, 1)) as unknown as typeof setImmediate;
}
