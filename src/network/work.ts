/** How the steps of a network become dispatches: which kernel, bound to which buffers, for how many tiles. */
import type { NetworkKernel, Sizes, Tiling } from "./kernels.js";
import { type LayerStep, stepsAfterLoss, stepsBeforeLoss } from "./steps.js";

/** A dispatch. */
export interface Work {
  readonly kernel: NetworkKernel;
  /** Names of the buffers that it is bound to, from binding 1 on: a caller's, or a matrix and its layer. */
  readonly buffers: readonly string[];
  /** Its uniforms, for so many rows. */
  readonly sizes: (rows: number) => Sizes;
  /** Lanes, where it is no product. */
  readonly lanes?: (rows: number) => number;
}

/** A network, as its work is cut. */
export interface Cut {
  readonly units: readonly number[];
  /** Where the parameters of each layer start. */
  readonly offsets: readonly number[];
  readonly tiling: Tiling;
  /** Tiles that the gradient of a layer is cut into, about, by cutting the batch. */
  readonly maxTiles: number;
}

/** Samples that a part of a gradient should at least have. */
const LEAST_PART = 256;
/** And at most: long chains of float32 additions lose digits. */
const MOST_PART = 4096;

/** The work of a network, before the loss and after it; `sloped`: the loss has derivatives with respect to slopes. */
export interface NetworkWork {
  /** Bytes of the buffers that are no caller's, for a capacity of so many samples. */
  bytesOf(name: string, batch: number): number;
  /** Predictions, and slopes where they are needed. */
  before(slopes: boolean): Work[];
  /** Gradients of the parameters. */
  after(sloped: boolean): Work[];
}

/** Cuts a network. */
export function createWork({ units, offsets, tiling: { side }, maxTiles }: Cut): NetworkWork {
  const layers = units.length - 1;
  const [features] = units;
  const padded = (n: number): number => side * Math.max(1, Math.ceil(n / side));
  /** Columns of a layer's matrices: its units, and the one after the last, whose weights are the biases. */
  const wide = units.map((n) => padded(n + 1));
  const partsOf = (l: number, rows: number): number => {
    const tiles = (wide[l] * wide[l + 1]) / side ** 2;
    const wanted = Math.min(Math.ceil(padded(rows) / LEAST_PART), Math.ceil(maxTiles / tiles));
    return Math.max(1, wanted, Math.ceil(rows / MOST_PART));
  };

  /** A matrix of the batch times the weights of a layer, upwards to its outputs or downwards to its inputs. */
  const product =
    (l: number, up: boolean) =>
    (rows: number): Sizes => {
      const [from, to] = up ? [l, l + 1] : [l + 1, l];
      return {
        rowTiles: padded(rows) / side,
        columnTiles: wide[to] / side,
        splits: 1,
        depth: wide[from] / 4,
        inner: wide[from] / 4,
        leftStride: wide[from] / 4,
        rightStride: wide[l] / 4,
        stride: wide[to] / 4,
        rows,
        units: units[to],
      };
    };

  /** One of the two terms of a layer's gradient. */
  const gradient = (l: number, term: number, left: string, right: string): Work => ({
    kernel: "gradient",
    buffers: [`${left} ${l}`, `${right} ${l}`, `parts ${l}`],
    sizes(rows) {
      const splits = partsOf(l, rows);
      const inner = padded(rows) / 4;
      return {
        rowTiles: wide[l + 1] / side,
        columnTiles: wide[l] / side,
        splits,
        depth: 4 * Math.ceil(inner / splits / 4), // whole steps of the tiled product
        inner,
        leftStride: wide[l + 1] / 4,
        rightStride: wide[l] / 4,
        stride: wide[l] / 4,
        offset: term * splits,
        height: wide[l + 1],
      };
    },
  });

  const collect = (l: number, terms: number): Work => ({
    kernel: "collect",
    buffers: [`parts ${l}`, "parameterGradients"],
    sizes: (rows) => ({
      splits: terms * partsOf(l, rows),
      stride: wide[l] / 4,
      rows: units[l + 1],
      units: units[l],
      offset: offsets[l],
      height: wide[l + 1],
    }),
    lanes: () => offsets[l + 1] - offsets[l],
  });

  /** What the loss has written, as a matrix of a layer. */
  const widen = (from: string, to: string, l: number): Work => ({
    kernel: "widen",
    buffers: [from, to],
    sizes: (rows) => ({ stride: wide[l] / 4, rows, units: units[l], height: padded(rows) }),
    lanes: (rows) => (padded(rows) * wide[l]) / 4,
  });

  const weights = units.slice(1).map(
    (outputs, l): Work => ({
      kernel: "widen",
      buffers: ["parameters", `weights ${l}`],
      sizes: () => {
        return {
          depth: 1,
          stride: wide[l] / 4,
          rows: outputs,
          units: units[l],
          offset: offsets[l],
          height: wide[l + 1],
        };
      },
      lanes: () => (wide[l] * wide[l + 1]) / 4,
    }),
  );
  const inputs: Work = {
    kernel: "inputs",
    buffers: ["inputs", "values 0", "broken"],
    sizes: (rows) => ({ stride: wide[0] / 4, rows, units: features, height: padded(rows) }),
    lanes: padded,
  };

  const workOf =
    (sloped: boolean) =>
    ([step, l]: LayerStep): Work[] => {
      const upwards = (kernel: NetworkKernel, left: string, ...buffers: string[]): Work[] => {
        return [{ kernel, buffers: [`${left} ${l}`, `weights ${l}`, ...buffers], sizes: product(l, true) }];
      };
      const downwards = (kernel: NetworkKernel, left: string, ...buffers: string[]): Work[] => {
        return [{ kernel, buffers: [`${left} ${l}`, `weights ${l}`, ...buffers], sizes: product(l, false) }];
      };
      switch (step) {
        case "forward":
          return l < layers - 1
            ? upwards("forward", "values", `values ${l + 1}`, `firsts ${l}`, "broken")
            : upwards("predict", "values", `pulls ${l}`, "predictions", "broken");
        case "pull":
          return l > 0
            ? downwards("pull", "pulls", `firsts ${l - 1}`, `pulls ${l - 1}`, "broken")
            : downwards("slope", "pulls", "slopes", "broken");
        case "tangent":
          return upwards(
            "tangent",
            "tangents",
            `firsts ${l}`,
            `pulls ${l}`,
            `values ${l + 1}`,
            `tangents ${l + 1}`,
            `bends ${l}`,
          );
        case "back":
          return sloped
            ? downwards("bentBack", "errors", `firsts ${l - 1}`, `errors ${l - 1}`, `bends ${l - 1}`)
            : downwards("back", "errors", `firsts ${l - 1}`, `errors ${l - 1}`);
        case "gradient":
          return [
            gradient(l, 0, "errors", "values"),
            ...(sloped ? [gradient(l, 1, "pulls", "tangents")] : []),
            collect(l, sloped ? 2 : 1),
          ];
      }
    };

  return {
    bytesOf(name, batch) {
      const [matrix, layer] = name.split(" ");
      const l = Number(layer);
      const rows = padded(batch);
      switch (matrix) {
        case "values":
        case "tangents":
          return 4 * rows * wide[l];
        case "firsts":
        case "pulls":
        case "bends":
        case "errors":
          return 4 * rows * wide[l + 1];
        case "weights":
          return 4 * wide[l] * wide[l + 1];
        case "parts":
          return 8 * partsOf(l, batch) * wide[l] * wide[l + 1];
        case "slopes":
        case "slopeGradient":
          return 4 * Math.max(1, batch) * features;
        default: // a number per sample
          return 4 * rows;
      }
    },
    before: (slopes) => [...weights, inputs, ...stepsBeforeLoss(layers, slopes).flatMap(workOf(slopes))],
    after: (sloped) => [
      widen("gradient", `errors ${layers - 1}`, layers),
      ...(sloped ? [widen("slopeGradient", "tangents 0", 0)] : []),
      ...stepsAfterLoss(layers, sloped).flatMap(workOf(sloped)),
    ],
  };
}
