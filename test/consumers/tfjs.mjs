// TensorFlow.js in Node, on its CPU backend. `npm run package` runs it beside installed copies of both.
import * as tf from "@tensorflow/tfjs";
import { zmse } from "webgpu-losses";
import { toTfjs } from "webgpu-losses/tfjs";

const loss = toTfjs(tf, zmse(), { keep: ["mask"] });
const targets = tf.tensor1d([1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 99]);
const predictions = tf.tensor1d([1, 2, 3, 4, 5, 6, 7]);
const { value } = tf.valueAndGrad((x) => loss(targets, x))(predictions);
console.log(`tfjs: loss ${(await value.data())[0].toFixed(2)}, kept ${await loss.last.tensors.mask.data()}`);
