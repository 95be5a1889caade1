// Training with losses in TensorFlow.js, on whatever backend.
import type * as Tensorflow from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { crossEntropy, evaluate, sgce, thresholdSchedule, zmse } from "../../src/index.js";
import { thresholdCallback, toTfjs } from "../../src/tfjs.js";
import { expectClose } from "./compare.js";
import { classData, regressionData } from "./data.js";
import type { Tf } from "./tfjs.js";

const float32 = { rtol: 1e-5, atol: 1e-6 };

/** The tests; `get` is called within them. */
export function trainsInTfjs(get: () => Tf): void {
  it("model.compile, fit and evaluate take it, and a schedule changes the threshold while it trains", async () => {
    const tf = get();
    const { predictions, targets } = regressionData(40, 11);
    const [x, y] = [tf.tensor2d(predictions, [40, 1]), tf.tensor2d(targets, [40, 1])];
    const schedule = thresholdSchedule({ kind: "linear", from: 3, to: 1.5, steps: 6 });
    const loss = toTfjs(tf, zmse(), { keep: ["summary", "mask"] });
    const dense = tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: "ones" });
    const model = tf.sequential({ layers: [dense] });
    const optimizer = tf.train.sgd(0);
    const kept = () => tf.mean(tf.cast(loss.last.tensors.mask!, "float32"));
    model.compile({ optimizer, loss, metrics: [kept] });
    const callback = thresholdCallback(tf, loss, schedule);
    const { history } = await model.fit(x, y, {
      batchSize: 16,
      epochs: 2,
      shuffle: false,
      verbose: 0,
      callbacks: callback,
    });
    // Three batches an epoch, of 16, 16 and 8; with a rate of 0 the model stays as it was.
    const expected = [0, 1].map((epoch) => {
      const batches = [0, 16, 32].map((start, b) => {
        const data = { predictions: predictions.slice(start, start + 16), targets: targets.slice(start, start + 16) };
        const result = evaluate(zmse({ threshold: schedule(3 * epoch + b) }), data);
        return [result.loss as number, result.count, data.targets.length];
      });
      const mean = (of: (batch: number[]) => number) => batches.reduce((sum, one) => sum + of(one), 0) / 40;
      return [mean(([loss, , size]) => loss * size), mean(([, count]) => count)];
    });
    expectClose(
      history.loss as number[],
      expected.map(([loss]) => loss),
      float32,
      "loss",
    );
    const [, metric] = Object.keys(history);
    expectClose(
      history[metric] as number[],
      expected.map(([, share]) => share),
      float32,
      "share of samples kept",
    );
    expect(loss.loss.toJSON()).toMatchObject({ params: { threshold: 1.5 } });

    const [value, share] = model.evaluate(x, y, { batchSize: 40 }) as Tensorflow.Scalar[];
    const { loss: whole } = evaluate(zmse({ threshold: 1.5 }), { predictions, targets });
    expectClose((await value.data())[0], whole, float32, "evaluate");
    tf.dispose([value, share, x, y]);
    optimizer.dispose();
    model.dispose();
    loss.dispose();
  });

  it("labels that are classes train by fitDataset; fit itself wants rows", async () => {
    const tf = get();
    const { logits, labels } = classData(12, 3, 3, 0);
    const loss = toTfjs(tf, crossEntropy());
    const dense = tf.layers.dense({ units: 3, inputShape: [3], useBias: false, kernelInitializer: "identity" });
    const model = tf.sequential({ layers: [dense] });
    const optimizer = tf.train.sgd(0);
    model.compile({ optimizer, loss });
    const rows = Array.from({ length: 12 }, (_, i) => logits.subarray(3 * i, 3 * i + 3));
    const xs = tf.data.array(rows).map((row) => tf.tensor1d(row as Float32Array));
    const ys = tf.data.array(Array.from(labels)).map((label) => tf.tensor1d([label as number], "int32"));
    const { history } = await model.fitDataset(tf.data.zip({ xs, ys }).batch(12) as never, { epochs: 1, verbose: 0 });
    const { loss: expected } = evaluate(crossEntropy(), { logits, labels });
    expectClose(history.loss as number[], [expected as number], float32, "loss");
    const [x, y] = [tf.tensor2d(logits, [12, 3]), tf.tensor2d(labels, [12, 1], "int32")];
    const oneHot = tf.tidy(() => tf.oneHot(tf.reshape(y, [12]), 3));
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(/shape/);
    const fitted = await model.fit(x, oneHot, { verbose: 0, batchSize: 12 });
    expectClose(fitted.history.loss as number[], [expected as number], float32, "loss of rows");
    tf.dispose([x, y, oneHot]);
    optimizer.dispose();
    model.dispose();
    loss.dispose();
  });

  it("a symmetrized loss trains a classifier by minimize", async () => {
    const tf = get();
    const { logits, labels } = classData(24, 5, 3, 0);
    const [x, y] = [tf.tensor2d(logits, [24, 5]), tf.tensor1d(labels, "int32")];
    const w = tf.tidy(() => tf.variable(tf.eye(5)));
    const loss = toTfjs(tf, sgce({ q: 0.5 }));
    const optimizer = tf.train.sgd(0.5);
    const step = async (): Promise<number> => {
      const cost = optimizer.minimize(() => loss(y, tf.matMul(x, w as Tensorflow.Tensor2D)), true, [w])!;
      const [value] = await cost.data();
      cost.dispose();
      return value;
    };
    const first = await step();
    let value = first;
    for (let i = 0; i < 8; i++) value = await step();
    expectClose(first, evaluate(sgce({ q: 0.5 }), { logits, labels }).loss, float32, "first loss");
    expect(value).toBeLessThan(first);
    loss.dispose();
    tf.dispose([x, y, w]);
    optimizer.dispose();
  });
}
