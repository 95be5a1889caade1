// The lab as a page, in real browsers: axe-core finds nothing in any look, bad addresses give sentences, and scripts are not needed to read on.
import { createRequire } from "node:module";
import { type Browser, chromium, firefox, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumArguments, findChromium, findFirefox, firefoxAdvice } from "../scripts/lib/browsers.mjs";
import { serveLab } from "../scripts/lib/lab.mjs";
import { skip } from "./support/device.js";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const looks = (["light", "dark"] as const).flatMap((scheme) => [1400, 400].map((width) => ({ scheme, width })));

const browsers = {
  // What trains quickly on the CPU; the forms of other panels are there as well.
  chromium: {
    train: "outliers,regression",
    find: () => findChromium(),
    open: openChromium,
    advice: () => "no Chromium found",
  },
  firefox: { train: "regression", find: () => findFirefox(), open: openFirefox, advice: firefoxAdvice },
};

function openChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: chromiumArguments() });
}
function openFirefox(executablePath: string): Promise<Browser> {
  return firefox.launch({ channel: "moz-firefox", executablePath }); // as in vitest.config.ts
}

let lab: Awaited<ReturnType<typeof serveLab>>;
beforeAll(async () => {
  lab = await serveLab({ once: true });
});
afterAll(() => lab.close());

/** Playwright cannot change the scheme of the stock Firefox: there, the style sheet's own rule is switched on. */
async function darken(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.evaluate(() => {
    if (matchMedia("(prefers-color-scheme: dark)").matches) return;
    document.documentElement.style.colorScheme = "dark";
    for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
      if (rule instanceof CSSMediaRule && rule.conditionText.includes("dark")) rule.media.mediaText = "all";
    }
  });
}

/** What axe-core finds, as sentences. */
function findings(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = window as never as { axe: typeof import("axe-core") };
    const { violations, passes } = await axe.run({ resultTypes: ["violations"] });
    if (passes.length < 20) return [`axe-core applied ${passes.length} rules`];
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
    );
  });
}

/** Captions of the tables of a panel that are wider than their place; and a word where there are none at all. */
function cut(page: Page, panel: string): Promise<string[]> {
  return page.evaluate((panel) => {
    const tables = [...document.querySelectorAll(`[aria-labelledby="${panel}-heading"] .scroll:has(table)`)];
    const wide = tables.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
    return tables.length > 0 ? wide.map((table) => table.getAttribute("aria-label") ?? "") : ["no tables"];
  }, panel);
}

/** Contrast of text and lines in charts, on which axe-core has no opinion: what is below 4.5 (text) or 3 (lines), WCAG 1.4.3 and 1.4.11. */
function faint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const luminance = (color: string) => {
      const linear = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
        const x = Number(part) / 255;
        return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const page = luminance(getComputedStyle(document.body).backgroundColor);
    const contrast = (color: string) => {
      const [low, high] = [luminance(color), page].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };
    const below = (selector: string, property: "fill" | "stroke", least: number) =>
      [...document.querySelectorAll(selector)].flatMap((element) => {
        const color = getComputedStyle(element)[property];
        return contrast(color) < least ? [`${element.getAttribute("class")}: ${color}`] : [];
      });
    const all = [...below("svg text", "fill", 4.5), ...below("svg .fit, svg .cross", "stroke", 3)];
    return [...new Set(all)];
  });
}

describe.each(Object.entries(browsers))("%s", (_, { train, find, open, advice }) => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const path = find();
    if (path) browser = await open(path);
  });
  afterAll(() => browser?.close());

  it("axe-core finds nothing, no line or text is faint, and no look scrolls sideways", async (context) => {
    if (!browser) skip(context, advice());
    const page = await browser.newPage({ reducedMotion: "reduce" });
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(`${lab.url}?engine=cpu&train=${train}`);
    await page.waitForFunction(() => window.lab !== undefined);
    await page.evaluate(() => window.lab.ready);
    expect(await page.locator("#engine").textContent()).toContain("asked for by ?engine=cpu");
    await page.addScriptTag({ path: axePath });
    for (const { scheme, width } of looks) {
      if (scheme === "dark") await darken(page);
      await page.setViewportSize({ width, height: 900 });
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(background).toBe(scheme === "dark" ? "rgb(21, 23, 27)" : "rgb(255, 255, 255)");
      const found = [...(await findings(page)), ...(await faint(page))];
      expect(found, `${scheme}, ${width} pixels wide`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await cut(page, "regression"), `tables in ${width} pixels`).toEqual([]);
    }
    expect(errors).toEqual([]);
    await page.close();
  });

  it("a loss in the address is shown, a change is written there, and a bad one gives a sentence", async (context) => {
    if (!browser) skip(context, advice());
    const page = await browser.newPage();
    const open = async (loss: string) => {
      await page.goto(`${lab.url}?engine=cpu&train=&loss=${encodeURIComponent(loss)}`);
      await page.locator("#curves-heading").waitFor();
    };
    await open('{"loss":"lai","params":{"lambda":0.3},"of":{"loss":"huber","params":{"delta":50}}}');
    const json = page.locator('[aria-labelledby="curves-heading"] dd code');
    const outputs = () => page.locator("#curves-heading ~ form output").allTextContents();
    expect(await json.textContent()).toContain('"delta":50'); // beyond the slider
    expect(await outputs()).toEqual(["50", "0.3", "6", "1"]);
    expect(await page.getByRole("alert").count()).toBe(0);

    await page.locator("#curves-modifierParameters-lambda").focus();
    await page.keyboard.press("ArrowRight");
    expect((await outputs())[1]).toBe("0.35");
    await page.reload();
    await page.locator("#curves-heading").waitFor();
    expect(await outputs()).toEqual(["50", "0.35", "6", "1"]);
    await page.locator('select[name="modifier"]').selectOption("");
    await page.locator('select[name="loss"]').selectOption("barron");
    await page.locator("#curves-parameters-alpha").focus();
    await page.keyboard.press("Home"); // the left end stands for minus infinity
    expect(await json.textContent()).toBe('{"loss":"barron","params":{"alpha":"-Infinity"}}');

    await open('{"loss":"<img src=x onerror=document.title=1>"}');
    expect(await page.getByRole("alert").textContent()).toContain(
      "The address holds no loss that can be drawn: lossFromJSON:",
    );
    expect([await page.locator('img[src="x"]').count(), await page.title()]).toEqual([
      0,
      "The lab: losses for imperfect data",
    ]);
    expect(await json.textContent()).toContain("huber");
    await page.close();
  });
});

it("without scripts the page says what it is", async (context) => {
  const path = findChromium();
  if (!path) skip(context, browsers.chromium.advice());
  const browser = await openChromium(path);
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(lab.url);
  expect(await page.locator("noscript code").isVisible()).toBe(true);
  expect(await page.locator("#engine").textContent()).toBe(""); // nobody looks for a GPU
  await browser.close();
});
