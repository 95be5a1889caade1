// What a typed project with TensorFlow.js writes.
import * as tf from "@tensorflow/tfjs";
import { zmse } from "webgpu-losses";
import { type TfjsLoss, toTfjs } from "webgpu-losses/tfjs";

const loss: TfjsLoss = toTfjs(tf, zmse());
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
model.compile({ optimizer: "adam", loss });
// @ts-expect-error a loss goes with a copy of TensorFlow.js
toTfjs(zmse());
