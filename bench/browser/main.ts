/** `npm run bench:browser`: the same cases in Chromium. */
import type { Browser } from "playwright";
import { extentOf, paceOf, type RunOptions } from "../extent.js";
import { writeReport } from "../node/report.js";
import { openResults, type ResultFile } from "../node/results.js";
import type { Machine, Row } from "../rows.js";
import { summaryOf } from "../summary.js";

/** Returns the exit code. */
export async function main(options: RunOptions, root: string, browser: Browser, url: string): Promise<number> {
  const extent = extentOf(options);
  const page = await browser.newPage();
  let file: ResultFile | undefined;
  await page.exposeFunction("say", (line: string) => console.log(line));
  await page.exposeFunction("begin", (machine: Machine) => {
    if (options.filter === undefined) file = openResults(root, machine, { extent, resume: options.resume ?? false });
    return file?.rows.map((row) => `${row.case} ${row.shape}`) ?? [];
  });
  await page.exposeFunction("found", (label: string, rows: readonly Row[]) => {
    console.log(summaryOf(label, rows).join("\n"));
    file?.append(rows);
  });
  page.on("pageerror", (error) => console.error(error.message));
  page.on("console", (message) => message.type() === "error" && console.error(message.text()));
  await page.goto(`${url}bench/browser/`);
  await page.waitForFunction(() => window.bench !== undefined);
  await page.evaluate((pageOptions) => window.bench(pageOptions), {
    runtime: `${browser.browserType().name()} ${browser.version()} ${process.platform}`,
    extent,
    pace: paceOf(extent),
    filter: options.filter ?? "",
  });
  if (file) console.log(`\n${file.path}`);
  if (file && extent !== "quick") writeReport(root);
  return 0;
}
