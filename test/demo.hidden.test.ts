// The lab while nobody sees it: frozen by Chromium, or behind another tab. Training goes on, then or afterwards, and ends with the numbers of
// a page that was seen all the time.
import { type Browser, type CDPSession, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumArguments, findChromium } from "../scripts/lib/browsers.mjs";
import { serveLab } from "../scripts/lib/lab.mjs";

let lab: Awaited<ReturnType<typeof serveLab>>;
let browser: Browser;
beforeAll(async () => {
  lab = await serveLab({ once: true });
  browser = await chromium.launch({ executablePath: findChromium({ install: true })!, args: chromiumArguments() });
});
afterAll(async () => {
  await browser.close();
  await lab.close();
});

const seconds = (n: number) => new Promise((resolve) => setTimeout(resolve, 1000 * n));

/** Opens the lab, and does something to the page in the middle of its training; what all tables say in the end. */
async function trained(interrupt: (page: Page, session: CDPSession) => Promise<void>): Promise<string[]> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  // Frames are counted, so that it is known where the training is.
  await page.addInitScript(() => {
    const next = window.requestAnimationFrame.bind(window);
    Object.assign(window, { frames: 0 });
    window.requestAnimationFrame = (action) => {
      return next((time) => {
        (window as unknown as { frames: number }).frames++;
        action(time);
      });
    };
  });
  const session = await page.context().newCDPSession(page);
  await page.goto(`${lab.url}?train=outliers`);
  await page.waitForFunction(() => (window as unknown as { frames: number }).frames > 3);
  await interrupt(page, session);
  const before = await framesOf(page);
  await page.evaluate(() => window.lab.ready);
  expect(await framesOf(page)).toBeGreaterThan(before); // it was in the middle
  const tables = await page.locator("table").allTextContents();
  expect(errors).toEqual([]);
  await page.close();
  return tables;
}

const framesOf = (page: Page) => page.evaluate(() => (window as unknown as { frames: number }).frames);

describe("a page that is hidden while it trains", () => {
  let seen: string[];
  beforeAll(async () => {
    seen = await trained(async () => {});
    expect(seen.length).toBeGreaterThan(0);
  });

  it("frozen by the browser", async () => {
    const tables = await trained(async (_, session) => {
      await session.send("Page.setWebLifecycleState", { state: "frozen" });
      await seconds(2);
      await session.send("Page.setWebLifecycleState", { state: "active" });
    });
    expect(tables).toEqual(seen);
  });

  it("behind another tab", async () => {
    const tables = await trained(async (page) => {
      const other = await browser.newPage();
      await other.bringToFront();
      await seconds(2);
      await page.bringToFront();
      await other.close();
    });
    expect(tables).toEqual(seen);
  });
});
