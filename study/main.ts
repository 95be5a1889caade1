/** `npm run study`: see scripts/study.mjs for its options. */
import { machineLine, machineOf } from "../bench/machine.js";
import { openDevice } from "../bench/node/device.js";
import { handwritten } from "../demo/data/digits.js";
import { digitSources, loadDigits } from "../demo/server/digits.js";
import { casesOf, extentOf, type StudyCase } from "./cases.js";
import { classContenders, regressionContenders } from "./losses.js";
import { openResults, resultsPath, rowOf, type TaskName, taskNames } from "./results.js";
import { digitTask, friedmanTask, shareOfWrong, type Task } from "./tasks.js";
import { train } from "./train.js";

export interface StudyOptions {
  /** One seed, two levels of noise, few epochs: shows that everything runs, no result. */
  readonly quick?: boolean;
  /** Goes on where the last run was interrupted. */
  readonly resume?: boolean;
  /** Only this task. */
  readonly only?: TaskName;
}

/** Returns the exit code. */
export async function main({ quick = false, resume = false, only }: StudyOptions, root: string): Promise<number> {
  const { info, device } = await openDevice();
  const machine = machineLine(machineOf(info, `node ${process.versions.node} ${process.platform}`, ["webgpu"]));
  console.log(machine);
  const extent = extentOf(quick);
  const subjects = await Promise.all(
    taskNames
      .filter((name) => name === (only ?? name))
      .map((name) => openSubject(name, root, machine, { quick, resume })),
  );
  // Seed by seed, so that an interrupted study has whole ones of all tasks.
  const cases = extent.seeds.flatMap((seed) => subjects.flatMap((subject) => subject.casesOf(seed)));
  const started = performance.now();
  for (const [i, { subject, one }] of cases.entries()) {
    const task: Task = subject.taskOf(one.noise, one.seed);
    const courses = await train(device, task, subject.contendersOf(shareOfWrong(task)), {
      ...one,
      batch: extent.batch,
      epochs: extent.epochs[subject.name],
    });
    subject.file.append(courses.map((course) => rowOf(course, one.noise, one, task.family === "class")));
    console.log(progress(subject.name, one, i + 1, cases.length, (performance.now() - started) / 1000));
  }
  for (const { path } of subjects) console.log(path);
  return 0;
}

/** A task with the file of its results, and what is left to do. */
async function openSubject(
  name: TaskName,
  root: string,
  machine: string,
  { quick, resume }: Required<Omit<StudyOptions, "only">>,
) {
  const path = resultsPath(root, name, quick);
  const file = openResults(path, machine, resume);
  const keyOf = (kind: string, percent: number, seed: number, rate: number) => [kind, percent, seed, rate].join();
  const done = new Set(file.rows.map(({ noise, percent, seed, rate }) => keyOf(noise, percent, seed, rate)));
  const left = casesOf(name, extentOf(quick)).filter(
    ({ noise, seed, rate }) => !done.has(keyOf(noise.kind, noise.percent, seed, rate)),
  );
  const subject = {
    name,
    path,
    file,
    taskOf: name === "digits" ? await openDigits(root) : friedmanTask,
    contendersOf: name === "digits" ? classContenders : regressionContenders,
  };
  const casesOfSeed = (seed: number) => left.filter((one) => one.seed === seed).map((one) => ({ subject, one }));
  return { ...subject, casesOf: casesOfSeed };
}

async function openDigits(root: string) {
  const answer = await loadDigits(digitSources(root));
  if (!answer.found) throw new Error(`the study needs the handwritten digits: ${answer.reason}`);
  const digits = handwritten(answer);
  return (noise: StudyCase["noise"], seed: number) => digitTask(digits, noise, seed);
}

function progress(
  task: TaskName,
  { noise, seed, rate }: StudyCase,
  done: number,
  all: number,
  seconds: number,
): string {
  const rest = (seconds / done) * (all - done);
  return `${task}, ${noise.kind} ${noise.percent} %, seed ${seed}, rate ${rate}: ${done} of ${all} in ${seconds.toFixed(0)} s, about ${(rest / 60).toFixed(0)} min more`;
}
