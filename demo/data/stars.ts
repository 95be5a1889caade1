/** Stars of the cluster CYG OB1, of which a few are giants. */
import type { Dataset } from "./dataset.js";

// log of the surface temperature, log of the light intensity; star 1 first.
const table =
  "4.37,5.23 4.56,5.74 4.26,4.93 4.56,5.74 4.3,5.19 4.46,5.46 3.84,4.65 4.57,5.27 4.26,5.57 4.37,5.12 3.49,5.73 " +
  "4.43,5.45 4.48,5.42 4.01,4.05 4.29,4.26 4.42,4.58 4.23,3.94 4.42,4.18 4.23,4.18 3.49,5.89 4.29,4.38 4.29,4.22 " +
  "4.42,4.42 4.49,4.85 4.38,5.02 4.42,4.66 4.29,4.66 4.38,4.9 4.22,4.39 3.48,6.05 4.38,4.42 4.56,5.1 4.45,5.22 " +
  "3.49,6.29 4.23,4.34 4.62,5.62 4.53,5.1 4.45,5.22 4.53,5.18 4.43,5.57 4.38,4.62 4.45,5.06 4.5,5.34 4.45,5.34 " +
  "4.55,5.54 4.45,4.98 4.42,4.5";
const points = table.split(" ").map((pair) => pair.split(",").map(Number));

export const stars: Dataset = {
  id: "stars",
  title: "Star cluster CYG OB1",
  story:
    "47 stars. Most lie on the main sequence, where hotter stars are brighter; the giants 7, 11, 20, 30 and 34 do not belong to it. The cool ones lie far to the side: they are outliers in x (leverage points), and pull a line so strongly that it comes to them.",
  source:
    "P. J. Rousseeuw and A. M. Leroy, Robust Regression and Outlier Detection, Wiley 1987 (Hertzsprung-Russell diagram of CYG OB1).",
  x: points.map(([x]) => x),
  y: points.map(([, y]) => y),
  names: points.map((_, i) => String(i + 1)),
  xLabel: "log temperature",
  yLabel: "log light intensity",
  xTick: (x) => x.toFixed(1),
  outliers: [7, 11, 20, 30, 34].map((star) => star - 1),
  outlierNoun: "giants",
  doubtful: [],
};
