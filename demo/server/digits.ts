/**
 * Where the handwritten digits come from, in Node: a file on this machine, else their public address. They are not in the repository.
 * The numbers are checked, not the bytes, so that line ends do not matter.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DigitsAnswer, darkest, side } from "../data/digits.js";

interface Part {
  readonly file: string;
  /** Names under which people keep it. */
  readonly names: readonly string[];
  /** SHA-256 over its numbers, a byte each, in their order. */
  readonly sha256: string;
}

/** The two files as UCI has them. */
export const parts: Readonly<Record<"train" | "test", Part>> = {
  train: {
    file: "optdigits.tra",
    names: ["optdigits.tra", "optdigits-train.csv"],
    sha256: "028f5e244ee9135dbe3d8c684583e6518709a7b05293a4c5ecd652eafb9f4689",
  },
  test: {
    file: "optdigits.tes",
    names: ["optdigits.tes", "optdigits-test.csv"],
    sha256: "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2",
  },
};

export interface DigitSources {
  /** Folders to look in, in this order. A download goes to the first one. */
  readonly folders: readonly string[];
  /** The folder of both files, with a slash at the end. */
  readonly address: string;
  /** Milliseconds for one file. */
  readonly timeLimit: number;
  /** By name of the file; for tests. */
  readonly checksums?: Readonly<Record<string, string>>;
}

/** The sources of a checkout: its own folder `data`, which git ignores, `shared/data` beside it, and UCI. */
export const digitSources = (root: string): DigitSources => ({
  folders: [join(root, "data"), join(root, "../shared/data")],
  address: "https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/",
  timeLimit: 4000,
});

const width = side * side + 1;
const reasonOf = (error: unknown) => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}, ${cause.message}` : message;
};

/** Rows of 64 pixels and a class; an Error says what is wrong. */
export function parseDigits(text: string, sha256: string) {
  const rows = text.trim().split(/\s*\n/);
  const numbers = rows.flatMap((row) => row.split(",").map(Number));
  const valid = (value: number, at: number) =>
    Number.isInteger(value) && value >= 0 && value <= (at % width === width - 1 ? 9 : darkest);
  if (numbers.length !== rows.length * width || !numbers.every(valid)) throw new Error("it is no table of digits");
  const found = createHash("sha256").update(Uint8Array.from(numbers)).digest("hex");
  if (found !== sha256) throw new Error(`its numbers have the checksum ${found}, not ${sha256}`);
  const isLabel = (_: number, at: number) => at % width === width - 1;
  return { pixels: numbers.filter((_, at) => !isLabel(_, at)), labels: numbers.filter(isLabel) };
}

type Numbers = ReturnType<typeof parseDigits>;

/** From the first folder that has a good file; what is wrong with others goes into `troubles`. */
async function readPart({ folders }: DigitSources, { names }: Part, sha256: string, troubles: string[]) {
  for (const path of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    try {
      return parseDigits(await readFile(path, "utf8"), sha256);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") troubles.push(`${path}: ${reasonOf(error)}`);
    }
  }
  return undefined;
}

async function downloadPart({ folders, address, timeLimit }: DigitSources, { file }: Part, sha256: string) {
  const url = address + file;
  let text: string;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeLimit) });
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    text = await response.text();
  } catch (error) {
    throw new Error(
      `${url}: ${(error as Error).name === "TimeoutError" ? `no answer in ${timeLimit / 1000} s` : reasonOf(error)}`,
    );
  }
  let numbers: Numbers;
  try {
    numbers = parseDigits(text, sha256);
  } catch (error) {
    throw new Error(`${url}: ${reasonOf(error)}`);
  }
  await keep(folders[0], file, text);
  return numbers;
}

/** A convenience for the next time: a folder that cannot be written to is no reason to do without. */
async function keep(folder: string, file: string, text: string): Promise<void> {
  const path = join(folder, file);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.part`, text);
    await rename(`${path}.part`, path); // another process sees the whole file or none
  } catch (error) {
    console.warn(`${path} was not kept: ${reasonOf(error)}`);
  }
}

/** The digits, or the reason why there are none. */
export async function loadDigits(sources: DigitSources): Promise<DigitsAnswer> {
  const troubles: string[] = [];
  const places = new Set<string>();
  async function load(part: Part): Promise<Numbers> {
    const sha256 = sources.checksums?.[part.file] ?? part.sha256;
    const own = await readPart(sources, part, sha256, troubles);
    places.add(own ? "from this machine" : "downloaded");
    return own ?? downloadPart(sources, part, sha256);
  }
  try {
    const loads = [load(parts.train), load(parts.test)];
    await Promise.allSettled(loads); // so that the reason is the same whichever fails first
    const [train, test] = await Promise.all(loads);
    return { found: true, place: [...places].join(" and "), train, test };
  } catch (error) {
    return { found: false, reason: [...troubles, reasonOf(error)].join("; ") };
  }
}
