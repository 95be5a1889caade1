// The tree as a reader meets it: the first line of a file says what lives there, and no file is long.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, root), "utf8");
/** All folders of the project but those that commands make. */
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$|site$|coverage$)/.test(entry.name))
  .map(({ name }) => name);
const sources = folders.flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => /\.(ts|mjs|wgsl)$/.test(name) && !/node_modules|\bdist\b/.test(name)),
);

it("the first line of every source file is a comment", () => {
  expect(sources.length).toBeGreaterThan(400);
  const silent = sources.filter((name) => !/^(#!.*\r?\n)?\/[/*]/.test(read(name)));
  expect(silent).toEqual([]);
});

it("no source file has more than 500 lines", () => {
  const long = sources.filter((name) => !name.includes(".generated.") && read(name).split("\n").length > 501);
  expect(long).toEqual([]);
});
