// The lab in headless Chromium: its tables on stdout, a report with pictures in demo/dist/report (not in git).
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { chromiumArguments, findChromium } from "./lib/browsers.mjs";
import { root } from "./lib/run.mjs";

const folder = join(root, "demo/dist/report");
const pictures = [
  { name: "wide-light", width: 1400, colorScheme: "light" },
  { name: "narrow-dark", width: 400, colorScheme: "dark" },
];

/** Columns padded to their widest cell, numbers to the right; the line of text of a row beneath it. */
function printTable({ caption, columns, rows, numeric, remarks = [] }) {
  const widths = columns.map((name, c) => Math.max(name.length, ...rows.map(({ cells }) => cells[c].length)));
  const line = (cells) =>
    cells
      .map((cell, c) => (numeric[c] ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join("  ")
      .trimEnd();
  console.log(`\n${caption}`);
  if (rows.length > 0) console.log(`\n${line(columns)}`);
  for (const { cells, note } of rows) {
    console.log(line(cells));
    if (note) console.log(`    ${note}`);
  }
  for (const remark of remarks) console.log(remark);
}

const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function html({ engine, panels }, names, seconds) {
  const row = ({ cells, note }) =>
    `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>` +
    (note ? `<tr><td colspan="${cells.length}"><small>${escapeHtml(note)}</small></td></tr>` : "");
  const table = ({ caption, columns, rows, remarks = [] }) =>
    `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${columns.map((name) => `<th>${escapeHtml(name)}</th>`).join("")}</tr></thead>` +
    `<tbody>${rows.map(row).join("\n")}</tbody></table>${remarks.map((text) => `<p>${escapeHtml(text)}</p>`).join("")}`;
  const section = ({ title, tables, agreement }) =>
    `<h2>${escapeHtml(title)}</h2>${tables.map(table).join("\n")}${agreement ? `<p>${escapeHtml(agreement.text)}</p>` : ""}`;
  const picture = (name) =>
    `<figure><img src="${name}.png" alt="The lab, ${name}"><figcaption>${name}</figcaption></figure>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>Report of the lab</title><style>body{font-family:system-ui,sans-serif;max-width:75rem;margin:auto;padding:1rem}
table{border-collapse:collapse;margin:1.5rem 0}caption{text-align:left;font-weight:bold}td,th{padding:.2rem .6rem;text-align:left;vertical-align:top}
img{max-width:100%;border:1px solid gray}</style></head><body><h1>Report of the lab</h1>
<p>${new Date().toISOString()}, ${seconds} s. Losses and gradients were computed on ${escapeHtml(engine)}.</p>
${panels.map(section).join("\n")}
${names.map(picture).join("\n")}</body></html>\n`;
}

const timeLimit = 300_000; // many times what a slow machine needs

/** Loads the page, lets it train, takes the pictures: one of every panel in each look. */
async function visit(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => window.lab !== undefined, undefined, { timeout: 10_000 });
  const names = [];
  mkdirSync(folder, { recursive: true });
  async function take({ name, width, colorScheme }) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    for (const panel of await page.locator("main > section").all()) {
      const id = (await panel.getAttribute("aria-labelledby")).replace("-heading", "");
      names.push(`${id}-${name}`);
      await panel.screenshot({ path: join(folder, `${id}-${name}.png`) });
    }
  }
  await page.evaluate(() => window.lab.trained());
  // The benchmark is the last to compute: nobody may draw meanwhile.
  const report = await page.evaluate(() => window.lab.report());
  for (const look of pictures) await take(look);
  return { report, names: names.sort() };
}

/** Runs the page at `url`; returns the exit code: 1 when the page wrote an error to its console, or disagrees with float64. */
export async function runHeadless(url) {
  const started = performance.now();
  const errors = [];
  const browser = await chromium.launch({ executablePath: findChromium({ install: true }), args: chromiumArguments() });
  const guard = setTimeout(() => void browser.close(), timeLimit); // whatever waits in the page, then fails
  try {
    const page = await browser.newPage({ reducedMotion: "reduce", viewport: { width: 1400, height: 900 } });
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "info" && console.log(message.text()));
    console.log("All panels train at the same time, which takes about a minute without a GPU.");
    const { report, names } = await visit(page, url);
    const { engine, panels } = report;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    writeFileSync(join(folder, "index.html"), html(report, names, seconds));

    for (const { title, tables, agreement, seconds } of panels) {
      console.log(`\n==== ${title} (${seconds.toFixed(1)} s)`);
      tables.forEach(printTable);
      if (!agreement) continue;
      console.log(`\n${agreement.text}`);
      if (!agreement.holds) errors.push(agreement.text);
    }
    console.log(`\nLosses and gradients were computed on ${engine}.`);
    console.log(`Report with pictures: ${join(folder, "index.html")} (${seconds} s)`);
  } catch (error) {
    errors.push(error.message);
  } finally {
    clearTimeout(guard);
    await browser.close();
  }
  for (const error of errors) console.error(`error in the lab: ${error}`);
  return errors.length > 0 ? 1 : 0;
}
