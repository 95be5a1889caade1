// `npm run bench`: installs what is missing, then measures against hand-written baselines, TensorFlow.js, jax-js and a plain copy.
// `npm run bench:browser`: the same in Chromium, without --torch, --profile, --tune, --check and --accept.
//   npm run bench -- --quick             only three sizes
//   npm run bench -- --large             more rows, and a network of 512 units: minutes more
//   npm run bench -- --torch             against PyTorch, too: needs a Python with torch, which the variable PYTHON can name
//   npm run bench -- --resume            goes on where the last run of this machine was interrupted
//   npm run bench -- --filter "zmse 1024"   cases whose name and shape contain it; writes no results
//   npm run bench -- --profile           the time of every dispatch instead
//   npm run bench -- --report            draws the pictures and the page in bench/results anew, as full runs do at their end
//   npm run bench -- --tune              looks for the best entry of the table in src/tuning.ts: minutes
//   npm run bench -- --check             fails where our time relative to the baseline is 20 % worse than in bench/references.json
//   npm run bench -- --accept            writes today's ratios there
// Results go to bench/results. WEBGPU_DRIVER=hardware measures the machine's own GPU instead of the software adapter.
import { chromiumArguments, findChromium } from "./lib/browsers.mjs";
import { inOwnProcess } from "./lib/ownProcess.mjs";
import { isolation, peers } from "./lib/peers.mjs";
import { root } from "./lib/run.mjs";

const args = process.argv.slice(2);
const flags = ["quick", "large", "torch", "profile", "resume", "check", "accept", "report", "tune", "browser"];

function readOptions() {
  const options = {};
  for (let i = 1; i < args.length; i++) {
    const name = args[i].replace(/^--/, "");
    if (flags.includes(name)) options[name] = true;
    else if (name === "filter" && args[i + 1]) options.filter = args[++i];
    else {
      console.error(`npm run bench knows ${flags.map((flag) => `--${flag}`).join(", ")} and --filter, got ${args[i]}`);
      process.exit(2);
    }
  }
  return options;
}

/** Finished cases are in the file already. */
function onInterrupt() {
  console.log("\ninterrupted; --resume goes on after the cases that are finished");
  process.exit(130);
}

async function inner({ browser: inBrowser, ...options }) {
  process.on("SIGINT", onInterrupt);
  // A server, for it stays: kernels that plans load on demand are imported in the midst of a run.
  const { createServer } = await import("vite");
  const common = { root, configFile: false, logLevel: "warn", appType: "mpa" };
  const still = { hmr: false, watch: null };
  if (!inBrowser) {
    const vite = await createServer({ ...common, server: { ...still, middlewareMode: true, ws: false } });
    const { main } = await vite.ssrLoadModule("/bench/main.ts");
    return main(options, root);
  }
  const vite = await createServer({
    ...common,
    cacheDir: "node_modules/.vite/bench", // the lab's bundles are others
    // Found only while the page runs, a dependency would reload it.
    optimizeDeps: { entries: ["bench/browser/index.html"], include: [...peers] },
    server: { ...still, host: "127.0.0.1", port: 0, headers: isolation },
  });
  await vite.listen();
  const { chromium } = await import("playwright");
  const browser = await chromium.launch({ executablePath: findChromium({ install: true }), args: chromiumArguments() });
  try {
    const { main } = await vite.ssrLoadModule("/bench/browser/main.ts");
    return await main(options, root, browser, vite.resolvedUrls.local[0]);
  } finally {
    await browser.close();
  }
}

await inOwnProcess(import.meta.url, args, () => inner(readOptions()));
