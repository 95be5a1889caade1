// Where the lab's digits come from: a folder, a download whose numbers are checked, or a reason why not.
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { type DigitsAnswer, firstOf, handwritten } from "../demo/data/digits.js";
import { type DigitSources, digitSources, loadDigits, parseDigits, parts } from "../demo/server/digits.js";
import { linesOf, patterns } from "./support/digits.js";

const [train, test_] = [patterns(30, 2, 1), patterns(20, 2, 2)];
const texts: Record<string, string> = { "optdigits.tra": linesOf(train), "optdigits.tes": linesOf(test_, "\r\n") };
/** Independently of how the loader reads: the numbers of all lines, a byte each. */
const checksum = (text: string) =>
  createHash("sha256")
    .update(Buffer.from(text.match(/\d+/g)!.map(Number)))
    .digest("hex");
const checksums = Object.fromEntries(Object.entries(texts).map(([file, text]) => [file, checksum(text)]));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "digits-"));
});
afterEach(() => rm(folder, { recursive: true }));

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on this machine, and how often it was asked. */
async function serve(listener: RequestListener) {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    listener(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked: () => asked };
}

const sourcesAt = (address: string, changes: Partial<DigitSources> = {}): DigitSources => ({
  ...{ folders: [folder], address, timeLimit: 5000, checksums },
  ...changes,
});

const good: RequestListener = (request, response) => response.end(texts[request.url!.slice(1)]);

function digitsOf(answer: DigitsAnswer) {
  if (!answer.found) throw new Error(answer.reason);
  return handwritten(answer);
}
const reasonOf = (answer: DigitsAnswer) => (answer.found ? "found" : answer.reason);

test("a good download is parsed, kept, and found again without a server", async () => {
  const { address, asked } = await serve(good);
  const digits = digitsOf(await loadDigits(sourcesAt(address)));
  expect(digits.train).toEqual(train);
  expect(digits.test).toEqual(test_);
  expect(digits.story).toContain("downloaded");
  expect(digits.story).toContain("UCI Machine Learning Repository");
  expect((await readdir(folder)).sort()).toEqual(["optdigits.tes", "optdigits.tra"]);
  expect(await readFile(join(folder, "optdigits.tra"), "utf8")).toBe(texts["optdigits.tra"]);
  const again = digitsOf(await loadDigits(sourcesAt(address)));
  expect(again.test).toEqual(test_);
  expect(again.story).toContain("from this machine");
  expect(asked()).toBe(2);
});

test("a folder beside the project, with other names and line ends, is as good", async () => {
  const { address, asked } = await serve(good);
  await writeFile(join(folder, "optdigits-train.csv"), linesOf(train, "\r\n"));
  await writeFile(join(folder, "optdigits-test.csv"), `${linesOf(test_)}\n`);
  const digits = digitsOf(await loadDigits(sourcesAt(address, { folders: [join(folder, "none"), folder] })));
  expect(digits.train).toEqual(train);
  expect(asked()).toBe(0);
});

test("other numbers are refused, wherever they come from, and not kept", async () => {
  const spoilt = linesOf({ ...train, labels: train.labels.map((label, i) => (i === 4 ? (label + 1) % 10 : label)) });
  const { address } = await serve((request, response) =>
    response.end(request.url === "/optdigits.tra" ? spoilt : texts["optdigits.tes"]),
  );
  const reason = reasonOf(await loadDigits(sourcesAt(address)));
  expect(reason).toContain(
    `optdigits.tra: its numbers have the checksum ${checksum(spoilt)}, not ${checksums["optdigits.tra"]}`,
  );
  expect(await readdir(folder)).not.toContain("optdigits.tra");
  // A bad file is passed over, and named when nothing else is found.
  await writeFile(join(folder, "optdigits.tra"), spoilt);
  const { address: empty } = await serve((_, response) => response.writeHead(404).end());
  expect(reasonOf(await loadDigits(sourcesAt(empty)))).toMatch(
    /optdigits\.tra: its numbers have the checksum .*; http/,
  );
  const { address: better } = await serve(good);
  expect(digitsOf(await loadDigits(sourcesAt(better))).train).toEqual(train);
});

test("a page, a table of something else and half a file are no digits", () => {
  const { sha256 } = parts.train;
  const half = texts["optdigits.tra"].slice(0, 1000);
  for (const text of [
    "<!doctype html><p>Moved</p>",
    "1,2,3\n4,5,6\n",
    "",
    half,
    linesOf(train).replace("16,", "17,"),
  ]) {
    expect(() => parseDigits(text, sha256)).toThrow("it is no table of digits");
  }
});

test("a server without the files, one that is silent and none at all are reasons", async () => {
  const missing = await serve((_, response) => response.writeHead(404).end("no"));
  expect(reasonOf(await loadDigits(sourcesAt(missing.address)))).toMatch(/optdigits\.t..: the server answers 404/);
  const silent = await serve(() => {});
  const started = performance.now();
  const reason = reasonOf(await loadDigits(sourcesAt(silent.address, { timeLimit: 200 })));
  expect(reason).toMatch(/optdigits\.t..: no answer in 0\.2 s/);
  expect(performance.now() - started).toBeLessThan(5000);
  const stalled = await serve((_, response) => {
    response.write("0,1,"); // and then nothing more
  });
  expect(reasonOf(await loadDigits(sourcesAt(stalled.address, { timeLimit: 200 })))).toContain("no answer in 0.2 s");
  expect(reasonOf(await loadDigits(sourcesAt("http://127.0.0.1:1/")))).toMatch(/optdigits\.t..: fetch failed/);
});

test("a folder that cannot be made is no reason to do without", async () => {
  const { address } = await serve(good);
  await writeFile(join(folder, "file"), "");
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const digits = digitsOf(await loadDigits(sourcesAt(address, { folders: [join(folder, "file", "data")] })));
  expect(digits.train).toEqual(train);
  expect(warn.mock.calls.map(([text]) => text).join()).toMatch(/optdigits\.tra was not kept/);
  warn.mockRestore();
});

test("a checkout looks in its own folder, then beside itself, then at UCI, for some seconds", () => {
  const { folders, address, timeLimit } = digitSources("/there/project");
  expect(folders).toEqual([join("/there/project/data"), join("/there/shared/data")]);
  expect(address).toBe("https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/");
  expect(timeLimit).toBeLessThan(10_000);
});

test("the first samples are those of the front", () => {
  const { pixels, labels } = firstOf(train, 3);
  expect(Array.from(labels)).toEqual(Array.from(train.labels).slice(0, 3));
  expect(Array.from(pixels)).toEqual(Array.from(train.pixels).slice(0, 192));
});
