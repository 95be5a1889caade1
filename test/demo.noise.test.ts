// The lab's panel on noisy labels, on the CPU: its wrong labels, its training, and sentences that say what the numbers say.
import { beforeAll, expect, test } from "vitest";
import { classes } from "../demo/data/digits.js";
import { backendsOf, computeOn } from "../demo/lib/backends.js";
import { bestEpoch, lastOf, total } from "../demo/panels/noise/course.js";
import { experimentOf } from "../demo/panels/noise/experiment.js";
import { explain, explainCourse, summarize } from "../demo/panels/noise/explain.js";
import { confusions, withNoise } from "../demo/panels/noise/labels.js";
import { type Course, run } from "../demo/panels/noise/run.js";
import { type Choice, defaults, lossNames, settingsOf } from "../demo/panels/noise/settings.js";
import { accuracyTable } from "../demo/panels/noise/tables.js";
import { patterns } from "./support/digits.js";
import { loadTf, type Tf } from "./support/tfjs.js";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf();
  await tf.setBackend("cpu");
});

const labels = Uint8Array.from({ length: 1000 }, (_, i) => (3 * i) % classes);

test.each([0, 0.1, 0.4, 0.8])("symmetric noise: exactly %f of the labels, each another digit", (share) => {
  const { labels: noisy, wrong, count } = withNoise(labels, "symmetric", share, 5);
  const changed = Array.from(labels.keys()).filter((i) => noisy[i] !== labels[i]);
  expect(changed.length).toBe(1000 * share);
  expect(count).toBe(1000 * share);
  expect(Array.from(labels.keys()).filter((i) => wrong[i] === 1)).toEqual(changed);
  for (const label of noisy) expect(label).toBeLessThan(classes);
  if (share === 0.8) {
    // All other digits, about equally often: 800 / 9 of each distance, give or take four deviations.
    const distances = Array.from({ length: classes }, () => 0);
    for (const i of changed) distances[(noisy[i] - labels[i] + classes) % classes]++;
    expect(distances[0]).toBe(0);
    for (const times of distances.slice(1)) expect(Math.abs(times - 800 / 9)).toBeLessThan(36);
  }
});

test("asymmetric noise: the same share of the classes that are mistaken, and only as what they are taken for", () => {
  const able = Array.from(labels).filter((label) => confusions.has(label)).length;
  expect(able).toBe(500);
  const { labels: noisy, wrong, count } = withNoise(labels, "asymmetric", 0.4, 5);
  expect(count).toBe(0.4 * able);
  labels.forEach((label, i) => {
    expect(noisy[i]).toBe(wrong[i] ? confusions.get(label) : label);
  });
});

test("a seed repeats the noise, another one does not", () => {
  const of = (seed: number) => withNoise(labels, "symmetric", 0.3, seed).labels.join();
  expect(of(1)).toBe(of(1));
  expect(of(1)).not.toBe(of(2));
});

const digits = { train: patterns(512, 6, 1), test: patterns(400, 6, 2) };

/** The panel's own training, on digits of ours. */
async function train(changes: Partial<Choice>, watch: Parameters<typeof run>[2] = {}) {
  const choice: Choice = { ...defaults, samples: 0, ...changes };
  const outcome = await run(tf, experimentOf(choice, digits), watch);
  return { choice, outcome };
}

test("without noise every loss learns, and no tensor is left", async () => {
  const before = tf.memory().numTensors;
  const { outcome } = await train({ noise: 0, epochs: 8 });
  expect(outcome!.courses.map(({ setting }) => setting.name)).toEqual(lossNames);
  for (const course of outcome!.courses) {
    expect(course.accuracies.length).toBe(9);
    expect(course.accuracies[0]).toBeLessThan(0.3); // ten classes, before training
    // α-MAE gives classes up, as the page says.
    expect(lastOf(course)).toBeGreaterThan(course.setting.name === "alphaMae" ? 0.5 : 0.85);
  }
  expect(tf.memory().numTensors).toBe(before);
});

test("at 40 % symmetric noise, robust losses end above cross-entropy, whose best epoch is long past", async () => {
  const { choice, outcome } = await train({ losses: ["ce", "sgce", "unhinged", "maskedCe"], epochs: 24 });
  const [ce, sgce, unhinged, masked] = outcome!.courses;
  expect(lastOf(ce)).toBeLessThan(ce.accuracies[bestEpoch(ce)] - 0.05);
  for (const robust of [sgce, unhinged]) expect(lastOf(robust)).toBeGreaterThan(lastOf(ce) + 0.05);
  expect(ce.end!.memorized).toBeGreaterThan(sgce.end!.memorized);
  expect(explain(choice, outcome!.courses)).toContain(`Cross-entropy is best after epoch ${bestEpoch(ce)}`);
  // 512 samples fill four batches: a z-mask of threshold 2 finds few of the wrong labels, but hardly others.
  expect(masked.masks.length).toBe(24);
  const { masked: count, wrong, wrongMasked } = total(masked.masks);
  expect(wrong).toBe(24 * Math.round(0.4 * 512));
  expect(wrongMasked).toBeLessThanOrEqual(count);
  expect(wrongMasked / count).toBeGreaterThan(0.4 + 0.2);
  expect(wrongMasked / wrong).toBeLessThan(0.25);
});

test("the same seed trains the same, another one does not", async () => {
  const of = async (seed: number) => {
    const { outcome } = await train({ losses: ["gce"], epochs: 2, seed });
    return outcome!.courses[0].accuracies.join();
  };
  expect(await of(3)).toBe(await of(3));
  expect(await of(3)).not.toBe(await of(4));
});

test("a signal ends it, a rest holds it, and nothing is left", async () => {
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const seen: number[] = [];
  const { outcome } = await train(
    { losses: ["ce", "maskedCe"], epochs: 8 },
    {
      signal: controller.signal,
      onEpoch(_, epoch) {
        seen.push(epoch);
        if (epoch === 2) controller.abort();
      },
    },
  );
  expect(outcome).toBeUndefined();
  expect(seen).toEqual([0, 1, 2]);
  expect(tf.memory().numTensors).toBe(before);

  let goOn = () => {};
  const rest = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const epochs: number[] = [];
  const resting = train(
    { losses: ["ce"], epochs: 1 },
    { onEpoch: (_, epoch) => epochs.push(epoch), ready: () => rest },
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(epochs).toEqual([0]);
  goOn();
  await resting;
  expect(epochs).toEqual([0, 1]);
});

const [ceSetting, gceSetting, ...rest] = settingsOf(defaults);
const maskedSetting = rest[rest.length - 1];
const course = (setting: Course["setting"], accuracies: number[], more: Partial<Course> = {}): Course => ({
  ...{ setting, accuracies, masks: [], end: { memorized: 0, unused: 0 } },
  ...more,
});

test("sentences say who helps, who does not, and what it costs on clean labels", () => {
  const ce = course(ceSetting, [0.1, 0.9, 0.8], { end: { memorized: 0.25, unused: 0 } });
  const gce = course(gceSetting, [0.1, 0.85, 0.93]);
  const masked = course(maskedSetting, [0.1, 0.9, 0.805]);
  expect(explain({ noise: 40 }, [ce, gce, masked])).toBe(
    "Cross-entropy is best after epoch 1, at 90.0 %, and ends at 80.0 %, and gives 25 % of the wrong labels itself. Above it at the end, in points: GCE (q = 0.7) (+13.0). Level with it (within 1.4): Z-masked cross-entropy (2) (+0.5). Above the best epoch of cross-entropy, where one would have to know when to stop: GCE (q = 0.7).",
  );
  expect(explain({ noise: 40 }, [ce, course(gceSetting, [0.1, 0.7, 0.7])])).toBe(
    "Cross-entropy is best after epoch 1, at 90.0 %, and ends at 80.0 %, and gives 25 % of the wrong labels itself. Below it: GCE (q = 0.7) (-10.0). In this training no robust loss helps.",
  );
  const clean = course(ceSetting, [0.1, 0.9, 0.95]);
  expect(explain({ noise: 0 }, [clean, course(gceSetting, [0.1, 0.9, 0.92])])).toBe(
    "Cross-entropy ends at 95.0 %, near its best (95.0 %). Below it: GCE (q = 0.7) (-3.0). No label is wrong: here robust losses can only cost something.",
  );
  expect(explain({ noise: 40 }, [gce])).toBe("Without cross-entropy there is nothing to compare with.");
  expect(summarize([ce, gce])).toBe("Trained. Last accuracy in percent: Cross-entropy (80.0), GCE (q = 0.7) (93.0).");
});

test("the notes of the table: precision and recall of the mask, classes given up", () => {
  const masks = [
    { masked: 0, wrong: 40, wrongMasked: 0 },
    { masked: 10, wrong: 40, wrongMasked: 8 },
  ];
  expect(explainCourse(course(maskedSetting, [0.1, 0.5, 0.6], { masks }))).toBe(
    "In the last epoch it masks 10 samples, of which 80 % have wrong labels (precision): 20 % of all wrong labels (recall). In all 2 epochs it masks 10 samples, of which 80 % have wrong labels (precision): 10 % of all wrong labels (recall).",
  );
  expect(explainCourse(course(maskedSetting, [0.1, 0.5], { masks: masks.slice(0, 1) }))).toBe(
    "In the last epoch it masks nothing.",
  );
  const clean = [{ masked: 17, wrong: 0, wrongMasked: 0 }];
  expect(explainCourse(course(maskedSetting, [0.1, 0.5], { masks: clean }))).toBe(
    "In the last epoch it masks 17 samples, whose labels are right.",
  );
  const given = course(gceSetting, [0.1, 0.5], { end: { memorized: 0.126, unused: 3 } });
  const table = accuracyTable(defaults, 410, 1024, [given]);
  expect(table.caption).toContain("40 % symmetric noise, seed 1: 410 of 1024 training labels are wrong.");
  expect(table.rows[0].cells).toEqual(["GCE (q = 0.7)", "50.0", "50.0", "1", "12.6"]);
  expect(table.rows[0].note).toBe("Gave up on 3 of the 10 classes: it gives them to no test digit.");
});

test("networks are trained on the CPU where the adapter is software, one training after another", async () => {
  const device = (description: string) => ({ device: { adapterInfo: { description } } as unknown as GPUDevice });
  expect(backendsOf({})).toEqual(["cpu"]);
  expect(backendsOf(device("SwiftShader Device (LLVM 16)"))).toEqual(["cpu", "webgpu"]);
  expect(backendsOf(device("Some GPU"))).toEqual(["webgpu", "cpu"]);
  const steps: string[] = [];
  const work = (name: string) => async () => {
    steps.push(`${name} starts`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    steps.push(`${name} ends`);
    if (name === "a") throw new Error("a failed");
    return name;
  };
  const [a, b] = await Promise.allSettled([computeOn(tf, "cpu", work("a")), computeOn(tf, "cpu", work("b"))]);
  expect([a.status, b.status]).toEqual(["rejected", "fulfilled"]);
  expect(steps).toEqual(["a starts", "a ends", "b starts", "b ends"]);
});
