// What losses refuse in TensorFlow.js, on whatever backend.
import type * as Tensorflow from "@tensorflow/tfjs";
import { describe, it } from "vitest";
import { huber, squaredError, zmse } from "../../src/index.js";
import { registerLossKernel, thresholdCallback, toTfjs } from "../../src/tfjs.js";
import { expectLossError, type Untyped } from "./errors.js";
import type { Tf } from "./tfjs.js";
import { leaks } from "./tfjsMemory.js";

/** The tests; `get` is called within them. */
export function refusesInTfjs(get: () => Tf): void {
  it("a second derivative is refused", () => {
    const tf = get();
    const before = tf.memory().numTensors;
    const loss = toTfjs(tf, squaredError(), { keep: [] });
    const x = tf.ones([4]);
    const twice = () =>
      tf.grad((a: Tensorflow.Tensor) =>
        tf
          .grad((b: Tensorflow.Tensor) => loss(x, b))(a)
          .sum(),
      )(x);
    expectLossError(() => tf.tidy(twice), "unsupported", /gradient must not be differentiated/);
    x.dispose();
    loss.dispose();
    // TensorFlow.js forgets what it has saved for a gradient that ends by an error.
    leaks(tf.memory().numTensors - before);
  });

  describe("what cannot be", () => {
    const during = (action: (tf: Tf) => unknown) => () => get().tidy(() => void action(get()));
    const x = (tf: Tf, shape: number[] = [4]) => tf.ones(shape);
    it.each([
      ["another tf", "unsupported", /with engine.*4\.10 to 4\.22/s, () => toTfjs({} as Untyped, zmse())],
      [
        "an unknown option",
        "parameter",
        /option must be one of keep/,
        (tf) => toTfjs(tf, zmse(), { kept: [] } as Untyped),
      ],
      [
        "a gradient to keep",
        "parameter",
        /keep must be one of/,
        (tf) => toTfjs(tf, zmse(), { keep: ["gradient"] as Untyped }),
      ],
      [
        "class weights without classes",
        "parameter",
        /an option must be one of/,
        (tf) => toTfjs(tf, huber(), { classWeights: [1, 2] }),
      ],
      ["a mask of a plain loss", "parameter", /keep must be one of/, (tf) => toTfjs(tf, huber(), { keep: ["mask"] })],
      [
        "a mask of a plain loss, from the kernel",
        "parameter",
        /an output must be one of/,
        (tf) =>
          tf.engine().runKernel(registerLossKernel(tf), { predictions: x(tf), targets: x(tf) }, {
            loss: huber(),
            outputs: ["z"],
          } as never),
      ],
      ["another shape", "shape", /targets must have the shape \[4\]/, (tf) => toTfjs(tf, zmse())(x(tf, [3]), x(tf))],
      [
        "a turned shape",
        "shape",
        /targets must have the shape \[2,3\]/,
        (tf) => toTfjs(tf, zmse())(x(tf, [3, 2]), x(tf, [2, 3])),
      ],
      ["no tensor", "shape", /predictions must be a tensor/, (tf) => toTfjs(tf, zmse()).with({ targets: x(tf) })],
      [
        "predictions of whole numbers, for the kernel",
        "shape",
        /predictions must be float32/,
        (tf) =>
          tf.engine().runKernel(registerLossKernel(tf), { predictions: tf.ones([4], "int32"), targets: x(tf) }, {
            loss: zmse(),
          } as never),
      ],
      [
        "too many weights",
        "shape",
        /weights must have 4 numbers/,
        (tf) => toTfjs(tf, zmse()).with({ predictions: x(tf), targets: x(tf), weights: x(tf, [5]) }),
      ],
      [
        "another structure",
        "parameter",
        /setLoss must keep the structure/,
        (tf) => toTfjs(tf, zmse()).setLoss(huber()),
      ],
      [
        "a ledger without a mask",
        "buffer|unsupported",
        /must/,
        (tf) => toTfjs(tf, zmse()).last.record({} as Untyped, x(tf)),
      ],
      [
        "a schedule without a mask",
        "parameter",
        /must have a z-mask/,
        (tf) => thresholdCallback(tf, toTfjs(tf, huber()), () => 2),
      ],
    ] as [string, string, RegExp, (tf: Tf) => unknown][])("%s", (_, code, text, action) => {
      const codes = code.split("|");
      for (const one of codes) {
        try {
          return expectLossError(during(action), one as never, text);
        } catch (error) {
          if (one === codes[codes.length - 1]) throw error;
        }
      }
    });
  });
}
