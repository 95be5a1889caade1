/** International calls from Belgium, of which some years were recorded wrongly. */
import type { Dataset } from "./dataset.js";

const firstYear = 1950;
// Tens of millions of calls.
const y = [
  4.4, 4.7, 4.7, 5.9, 6.6, 7.3, 8.1, 8.8, 10.6, 12.0, 13.5, 14.9, 16.1, 21.2, 119, 124, 142, 159, 182, 212, 43, 24, 27,
  29,
];
const index = (year: number) => year - firstYear;

export const calls: Dataset = {
  id: "calls",
  title: "International phone calls from Belgium",
  story:
    "From 1964 to 1969 another quantity was recorded, the minutes of the calls, so these six years are far too high; 1963 and 1970 are partly affected. The wrong years are outliers in y, 25 % of the table.",
  source:
    "P. J. Rousseeuw and A. M. Leroy, Robust Regression and Outlier Detection, Wiley 1987 (from the Belgian Statistical Survey, Ministry of Economy).",
  x: y.map((_, i) => firstYear - 1900 + i), // as in the book, so that its intercepts compare
  y,
  names: y.map((_, i) => String(firstYear + i)),
  xLabel: "year (x = year - 1900)",
  yLabel: "calls, tens of millions",
  xTick: (x) => String(1900 + x),
  outliers: [1964, 1965, 1966, 1967, 1968, 1969].map(index),
  outlierNoun: "wrong years",
  doubtful: [1963, 1970].map(index),
};
