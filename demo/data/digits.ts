/** Small pictures of digits with their classes, as the panel on noisy labels trains on them. */
export const classes = 10;
/** Pixels on a side; a pixel counts the dark ones among the 16 that it was made of. */
export const side = 8;
export const darkest = 16;

export interface Labelled {
  /** [samples, 64], 0 to 16. */
  readonly pixels: Uint8Array;
  /** [samples], 0 to 9. */
  readonly labels: Uint8Array;
}

export interface Digits {
  readonly id: "handwritten" | "glyphs";
  readonly train: Labelled;
  readonly test: Labelled;
  /** Sentences for the reader: what the data are, and where they come from. */
  readonly story: string;
}

interface PlainLabelled {
  readonly pixels: readonly number[];
  readonly labels: readonly number[];
}

/** What the server of the lab answers at {@link digitsPath}. */
export type DigitsAnswer =
  | { readonly found: true; readonly place: string; readonly train: PlainLabelled; readonly test: PlainLabelled }
  | { readonly found: false; readonly reason: string };

/** Relative, like every path of the page. */
export const digitsPath = "digits.json";

export const citation =
  "Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, UCI Machine Learning Repository 1998, https://doi.org/10.24432/C50P49, CC BY 4.0)";

const labelled = ({ pixels, labels }: PlainLabelled): Labelled => ({
  pixels: Uint8Array.from(pixels),
  labels: Uint8Array.from(labels),
});

/** The handwritten digits of an answer. */
export function handwritten({ place, train, test }: DigitsAnswer & { readonly found: true }): Digits {
  return {
    id: "handwritten",
    train: labelled(train),
    test: labelled(test),
    story: `Real handwritten digits, ${place}: ${citation}. ${train.labels.length} of 30 people to train with, and ${test.labels.length} of 13 others to test; 8x8 pixels, each the number of dark ones among 16.`,
  };
}

/** The first of them: the files are in no order, so that these are as good as others. */
export const firstOf = ({ pixels, labels }: Labelled, count: number): Labelled => ({
  pixels: pixels.subarray(0, count * side * side),
  labels: labels.subarray(0, count),
});
