/** The curves that are to be found again, and noisy samples of them. */
import { normal } from "../../lib/random.js";

export interface TrueCurve {
  readonly title: string;
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

const period = 3;
/** Where in its period x is, from 0 to 1. */
const phase = (x: number) => x / period - Math.floor(x / period);

export const trueCurves = {
  waves: {
    title: "waves, slopes from 0 to 2",
    value: (x: number) => Math.sin(2 * x),
    slope: (x: number) => 2 * Math.cos(2 * x),
  },
  zigzag: {
    title: "zigzag, every |slope| is 1",
    value: (x: number) => period * (0.25 - Math.abs(phase(x) - 0.5)),
    slope: (x: number) => (phase(x) < 0.5 ? 1 : -1),
  },
} satisfies Record<string, TrueCurve>;

export type CurveName = keyof typeof trueCurves;

/** Both ends of x. */
export const domain = [-3, 3] as const;

const spread = (count: number) =>
  Float64Array.from({ length: count }, (_, i) => domain[0] + ((domain[1] - domain[0]) * i) / (count - 1));

/** Where noisy values are given. */
export const sampled: Float64Array = spread(80);
/** Where fits are looked at. */
export const grid: Float64Array = spread(201);

/** Values at `sampled` with normal noise of this deviation; every sample has its own noise. */
export function noisyValues(curve: TrueCurve, noise: number, sample: number): Float64Array {
  const draw = normal(sample);
  return sampled.map((x) => curve.value(x) + noise * draw());
}
