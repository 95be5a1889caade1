/** `npm run bench`: see scripts/bench.mjs for its options. Node with Dawn, on SwiftShader or the machine's own driver. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { create, globals } from "webgpu";
import { type Case, casesFor, type Environment, latencyCase, latencySizes } from "./cases.js";
import type { GpuVariant } from "./contenders.js";
import { type Pace, quantile, type Timing, timeInterleaved } from "./harness.js";
import { type Counts, type Instrument, instrument } from "./instrument.js";
import { profile } from "./profile.js";
import { type Tf, useDevice } from "./tfjs.js";

export interface BenchOptions {
  readonly quick?: boolean;
  readonly large?: boolean;
  readonly profile?: boolean;
  /** Only cases whose name and shape contain it. */
  readonly filter?: string;
}

interface Row extends Timing {
  readonly case: string;
  readonly shape: string;
  readonly variant: string;
  readonly unit: "ms" | "us";
  readonly counts: Counts;
  readonly bytesPerElement: number;
  readonly error: number;
}

const require = createRequire(import.meta.url);
const version = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;

async function open() {
  Object.assign(globalThis, globals);
  // Dawn lives as long as this reference.
  const gpu = create([]);
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "bench" }, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter");
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  // Times of work that WebGPU refused to do mean nothing.
  device.addEventListener("uncapturederror", (event) => {
    console.error((event as GPUUncapturedErrorEvent).error.message);
    process.exit(1);
  });
  return { adapter, device };
}

const digits = (x: number): string =>
  x === 0
    ? "0"
    : x.toPrecision(3).replace(/^(\d+)\.?(\d*)e\+(\d+)$/, (_, ...n) => `${Number(`${n[0]}.${n[1]}e${n[2]}`)}`);

function print(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map((name, c) => Math.max(name.length, ...rows.map((cells) => cells[c].length)));
  for (const cells of [columns, ...rows]) {
    console.log(cells.map((cell, c) => (c ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join("  "));
  }
}

/** What recording costs the host: microseconds per `encode`, with nothing submitted. */
function encodeTimes(variants: readonly GpuVariant[], device: GPUDevice, { rounds }: Pace): Timing[] {
  const steps = 500;
  const samples: number[][] = variants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [v, { record }] of variants.entries()) {
      const encoder = device.createCommandEncoder();
      const start = performance.now();
      for (let i = 0; i < steps; i++) record(encoder);
      const took = (1000 * (performance.now() - start)) / steps;
      encoder.finish();
      if (round > 0) samples[v].push(took); // the first round is the warm-up
    }
  }
  return samples.map((of) => ({ p20: quantile(of, 0.2), p50: quantile(of, 0.5), p80: quantile(of, 0.8) }));
}

/** Verifies, then counts, then times all variants of a case; `encode` also times the recording alone. */
async function measure(one: Case, environment: Environment, counter: Instrument, encode: boolean): Promise<Row[]> {
  const variants = await one.variants(environment);
  try {
    const about: Pick<Row, "error" | "counts">[] = [];
    for (const variant of variants) {
      const error = await variant.verify();
      about.push({ error, counts: await counter.count(one.elements, () => variant.run(1)) });
    }
    const timings = await timeInterleaved(variants, environment.pace);
    const rows = variants.map(({ name }, v) => ({
      case: one.name,
      shape: [...one.shape, ...(one.features ? [`${one.features} features`] : [])].join("x"),
      variant: name,
      unit: "ms" as "ms" | "us",
      ...timings[v],
      ...about[v],
      bytesPerElement: about[v].counts.bytes / one.elements,
    }));
    if (encode) {
      const recorders = variants.filter((variant): variant is GpuVariant => "record" in variant);
      for (const [r, timing] of encodeTimes(recorders, environment.device, environment.pace).entries()) {
        const row = rows.find(({ variant }) => variant === recorders[r].name)!;
        rows.push({ ...row, ...timing, case: `${one.name}, encode`, unit: "us" });
      }
    }
    return rows;
  } finally {
    for (const variant of variants) variant.dispose();
  }
}

function report({ name, shape, features, elements, leastBytes }: Case, rows: readonly Row[]): void {
  const copy = rows.find(({ variant }) => variant === "copy");
  const rate = (bytes: number, { p50 }: Row) => (bytes * elements) / p50 / 1e6;
  console.log(`\n${name} ${shape.join(" x ")}${features ? `, ${features} features` : ""}`);
  const encodes = rows.filter(({ unit }) => unit === "us");
  const steps = rows.filter(({ unit }) => unit === "ms");
  print(
    ["variant", "ms p50", "p20", "p80", "of ours", "dispatches", "submits", "B/element", "GB/s*", "of copy", "error"],
    steps.map((row) => {
      const onCpu = row.counts.dispatches.length === 0;
      const speed = rate(row === copy ? 8 : leastBytes, row);
      return [
        row.variant,
        digits(row.p50),
        digits(row.p20),
        digits(row.p80),
        (row.p50 / rows[0].p50).toFixed(2),
        onCpu ? "-" : `${row.counts.dispatches.length}`,
        onCpu ? "-" : `${row.counts.submits}`,
        onCpu ? "-" : digits(row.bytesPerElement),
        onCpu || leastBytes === 0 ? "-" : digits(speed),
        onCpu || leastBytes === 0 || !copy ? "-" : `${((100 * speed) / rate(8, copy)).toFixed(0)}%`,
        row.error.toExponential(1),
      ];
    }),
  );
  if (encodes.length > 0) {
    const times = encodes.map(({ variant, p50 }) => `${variant} ${digits(p50)}`);
    console.log(`host microseconds per encode: ${times.join(", ")}`);
  }
  if (leastBytes) console.log(`* on the least bytes possible, ${leastBytes} per element (copy: 8)`);
}

function csv(rows: readonly Row[], adapter: GPUAdapterInfo, runtime: string, date: string): string {
  const columns =
    "case,shape,variant,p20,p50,p80,unit,dispatches,submits,bytesPerElement,error,vendor,architecture,runtime,date";
  const lines = rows.map((row) =>
    [
      row.case,
      row.shape,
      row.variant,
      ...[row.p20, row.p50, row.p80].map((x) => x.toPrecision(4)),
      row.unit,
      row.counts.dispatches.length,
      row.counts.submits,
      row.bytesPerElement.toPrecision(4),
      row.error.toExponential(2),
      adapter.vendor,
      adapter.architecture,
      runtime,
      date,
    ]
      .map((field) => (/[,"]/.test(`${field}`) ? `"${`${field}`.replaceAll('"', '""')}"` : field))
      .join(","),
  );
  return `${[columns, ...lines].join("\n")}\n`;
}

export async function main(options: BenchOptions, root: string): Promise<void> {
  const { adapter, device } = await open();
  const counter = instrument();
  const { info } = adapter;
  const date = new Date().toISOString().slice(0, 10);
  const runtime = [
    `node ${process.versions.node}`,
    ...["webgpu", "@tensorflow/tfjs"].map((name) => `${name} ${version(name)}`),
    process.platform,
  ].join("; ");
  console.log(`${info.vendor} ${info.architecture} (${info.description || info.device}); ${runtime}; ${date}`);
  const pace = options.quick ? { batchMs: 50, rounds: 7 } : { batchMs: 50, rounds: 11 };
  const matches = ({ name, shape }: Case) => `${name} ${shape.join("x")}`.includes(options.filter ?? "");

  if (options.profile) return profile(device, counter, pace, casesFor(options).filter(matches));

  // Node's own builds of these, loaded only now: they look for navigator at once.
  const tf: Tf = require("@tensorflow/tfjs");
  useDevice(tf, require("@tensorflow/tfjs-backend-webgpu"), device);
  const environment: Environment = { device, tf, pace };
  const rows: Row[] = [];
  const latencies = latencySizes.map(latencyCase);
  for (const one of [...latencies, ...casesFor(options)].filter(matches)) {
    const found = await measure(one, environment, counter, latencies.includes(one));
    report(one, found);
    rows.push(...found);
  }
  if (!options.filter) {
    const folder = join(root, "bench/results");
    mkdirSync(folder, { recursive: true });
    const adapterName = [info.vendor, info.architecture].filter(Boolean).join("-") || "unknown";
    const file = join(folder, `${adapterName}-${date}${options.quick ? "-quick" : ""}.csv`);
    writeFileSync(file, csv(rows, info, runtime, date));
    console.log(`\n${file}`);
  }
}
