/** Whether the reader wants things that move. */
export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
