// Finding, and where possible installing, the browsers.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall, isRoot, linuxDistribution, require, runNpm } from "./run.mjs";

function onPath(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function programFiles(...paths) {
  const folders = [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA];
  return paths.flatMap((path) => folders.filter(Boolean).map((folder) => join(folder, path)));
}

function applications(...names) {
  const folders = ["/Applications", join(process.env.HOME ?? "", "Applications")];
  return names.flatMap((name) => folders.map((folder) => join(folder, `${name}.app/Contents/MacOS`, name)));
}

function systemChromium() {
  if (process.platform === "win32")
    return programFiles(
      "Google/Chrome/Application/chrome.exe",
      "Chromium/Application/chrome.exe",
      "Microsoft/Edge/Application/msedge.exe",
    );
  if (process.platform === "darwin") return applications("Google Chrome", "Chromium", "Microsoft Edge");
  return onPath("google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "microsoft-edge-stable");
}

function systemFirefox() {
  if (process.platform === "win32") return programFiles("Mozilla Firefox/firefox.exe");
  // The bundle is Firefox.app, the program in it is lower case.
  if (process.platform === "darwin") return ["/Applications/Firefox.app/Contents/MacOS/firefox"];
  return onPath("firefox", "firefox-esr");
}

function playwrightChromium() {
  try {
    return [require("playwright").chromium.executablePath()];
  } catch {
    return []; // before node_modules exists
  }
}

function fromEnvironment(variable) {
  const path = process.env[variable];
  if (path && !existsSync(path)) throw new Error(`${variable} must name a browser, got ${path}`);
  return path;
}

/** The path of a Chromium, or undefined; with `install` it is installed when missing, and an Error gives advice. */
export function findChromium({ install = false } = {}) {
  const find = () =>
    fromEnvironment("CHROMIUM_PATH") ?? [...playwrightChromium(), ...systemChromium()].find((path) => existsSync(path));
  const found = find();
  if (found || !install) return found;

  // On Linux --with-deps installs system libraries, for which it asks whoever is not root for a password.
  const args = [
    "playwright",
    "install",
    ...(process.platform !== "linux" || isRoot ? ["--with-deps"] : []),
    "chromium",
  ];
  console.log(`no Chromium found, downloading one (some hundred MB): npx ${args.join(" ")}`);
  if (runNpm("npx", args) !== 0) aptInstall("chromium");
  const installed = find();
  if (installed) return installed;
  throw new Error(
    `no Chromium, Chrome or Edge found, and none could be downloaded. ${chromiumAdvice()}, or set CHROMIUM_PATH to the program of one that you have.`,
  );
}

function chromiumAdvice() {
  const command = {
    debian: "sudo apt-get install chromium",
    ubuntu: "sudo snap install chromium",
    fedora: "sudo dnf install chromium",
    arch: "sudo pacman -S chromium",
  }[linuxDistribution()];
  return command ? `Install one (${command})` : "Install one";
}

/** The path of a stock Firefox, or undefined; with `install` Debian's is installed when missing. */
export function findFirefox({ install = false } = {}) {
  const find = () => fromEnvironment("FIREFOX_PATH") ?? systemFirefox().find((path) => existsSync(path));
  return find() ?? (install && aptInstall("firefox-esr") ? find() : undefined);
}

/** WEBGPU_DRIVER=hardware uses the machine's own GPU; otherwise results come from software and are the same everywhere. */
export const softwareDriver = process.env.WEBGPU_DRIVER !== "hardware";

/** What Chromium needs for WebGPU on any machine, and to be quiet. */
export function chromiumArguments() {
  const args = [
    "--enable-unsafe-webgpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  if (softwareDriver) args.push("--use-webgpu-adapter=swiftshader");
  if (process.platform === "linux") args.push("--enable-features=Vulkan");
  if (process.getuid?.() === 0) args.push("--no-sandbox"); // Chromium refuses root otherwise
  return args;
}

export const firefoxPreferences = { "dom.webgpu.enabled": true, "gfx.webgpu.ignore-blocklist": true };

/** Why findFirefox found nothing, for the table of results. */
export function firefoxAdvice() {
  const how = linuxDistribution() === "debian" ? "apt-get install firefox-esr" : "install Firefox";
  return `no Firefox found (${how}, or set FIREFOX_PATH)`;
}
