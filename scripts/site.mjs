// `npm run site`: the lab, the documentation of every export and the pages of losses as static files in site/, which work under any
// address. Fails where an export has no documentation (typedoc.json), and where a link leads nowhere.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { root, run } from "./lib/run.mjs";

const site = join(root, "site");

/** Every relative link of a page whose file does not exist, and every link that holds only at the root of a server. */
function brokenLinks(file) {
  const html = readFileSync(file, "utf8").replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, (text) =>
    text.slice(0, text.indexOf(">") + 1),
  );
  const links = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => link);
  return links.filter((link) => {
    if (/^([a-z]+:|#|$)/.test(link)) return false;
    if (link.startsWith("/")) return true;
    const target = join(dirname(file), decodeURI(link.split(/[?#]/)[0]));
    return !existsSync(
      statSync(target, { throwIfNoEntry: false })?.isDirectory() ? join(target, "index.html") : target,
    );
  });
}

ensureDependencies();
rmSync(site, { recursive: true, force: true });
mkdirSync(site);
copyFileSync(join(root, "docs/index.html"), join(site, "index.html"));
const { build } = await import("vite");
const lab = { outDir: join(site, "lab"), emptyOutDir: true };
await build({ configFile: join(root, "vite.config.ts"), root: join(root, "demo"), logLevel: "warn", build: lab });
const typedoc = join(root, "node_modules/typedoc/bin/typedoc");
if (run(process.execPath, [typedoc]) !== 0) process.exit(1);

const pages = readdirSync(site, { recursive: true }).filter((path) => path.endsWith(".html"));
const broken = pages.flatMap((page) =>
  brokenLinks(join(site, page)).map((link) => `${page}: ${link} leads nowhere, or only at the root of a server`),
);
for (const line of broken) console.error(line);
console.log(`${relative(root, site)}: ${pages.length} pages, ${broken.length} broken links`);
process.exitCode = broken.length > 0 ? 1 : 0;
