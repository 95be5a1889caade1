// docs/study.md and its pictures against study/results; `npx vitest run --project cpu test/docs -u` writes them anew.
import { expect, it, test } from "vitest";
import { fillTables, studyPictures } from "../docs/generate/study.js";
import { casesOf, extentOf } from "../study/cases.js";
import { classContenders, regressionContenders } from "../study/losses.js";
import { parseResults, taskNames } from "../study/results.js";
import { path, read } from "./support/examples.js";

const results = {
  digits: parseResults(read("study/results/digits.csv")),
  friedman: parseResults(read("study/results/friedman.csv")),
};

it("docs/study.md has the tables that the results give", async () => {
  await expect(fillTables(read("docs/study.md"), results)).toMatchFileSnapshot(path("docs/study.md"));
});

it.each(Object.entries(studyPictures(results)))("%s shows the results", async (name, svg) => {
  expect(svg.length).toBeLessThan(80_000);
  expect(svg).not.toContain("NaN");
  await expect(svg).toMatchFileSnapshot(path(name));
});

test.each(taskNames)("every training of %s is there once", (name) => {
  const ids = (name === "digits" ? classContenders : regressionContenders)(0.2).map(({ id }) => id);
  const keyOf = (...parts: readonly (string | number)[]) => parts.join();
  const expected = casesOf(name, extentOf(false)).flatMap(({ noise, seed, rate }) =>
    ids.map((id) => keyOf(noise.kind, noise.percent, seed, rate, id)),
  );
  const found = results[name].rows.map((row) => keyOf(row.noise, row.percent, row.seed, row.rate, row.loss));
  expect(found.sort()).toEqual(expected.sort());
});
