// `npm start`: installs what is missing, serves the lab and opens it in a browser.
//   npm start -- --headless    runs the same page in headless Chromium, prints its tables and writes a report
//   npm start -- --no-open     only serves
import { spawn } from "node:child_process";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { serveLab } from "./lib/lab.mjs";

const options = process.argv.slice(2);
const unknown = options.filter((option) => !["--headless", "--no-open"].includes(option));
if (unknown.length > 0) {
  console.error(`npm start knows --headless and --no-open, got ${unknown.join(" ")}`);
  process.exit(2);
}

/** A convenience only: where it fails, the address has been printed. */
function openBrowser(url) {
  const [command, ...args] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

ensureDependencies();
const headless = options.includes("--headless");
const { url, close } = await serveLab({ once: headless });

if (headless) {
  const { runHeadless } = await import("./headless.mjs");
  try {
    process.exitCode = await runHeadless(url);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await close();
  }
} else {
  console.log(`the lab: ${url}   (Ctrl+C ends it)`);
  if (!options.includes("--no-open")) openBrowser(url);
}
