// The software Vulkan drivers, named by their ICD files. Other systems than Linux use Metal or Direct3D.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findChromium } from "./browsers.mjs";
import { aptInstall } from "./run.mjs";

function lavapipe() {
  for (const folder of ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"]) {
    const file = existsSync(folder) && readdirSync(folder).find((name) => /^lvp_icd.*\.json$/.test(name));
    if (file) return join(folder, file);
  }
  return undefined;
}

/** Folders in which a Chromium's own libraries may lie; distributions wrap the binary in a script elsewhere. */
function chromiumFolders() {
  const path = findChromium();
  const known = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/snap/chromium/current/usr/lib/chromium-browser"];
  return path ? [dirname(realpathSync(path)), ...known] : known;
}

const inChromium = (file) =>
  chromiumFolders()
    .map((folder) => join(folder, file))
    .find((path) => existsSync(path));

function hasVulkanLoader() {
  try {
    return execFileSync("ldconfig", ["-p"], { encoding: "utf8", env: { PATH: "/sbin:/usr/sbin" } }).includes(
      "libvulkan.so.1",
    );
  } catch {
    return false;
  }
}

/**
 * `dawn` and `naga` are the ICD files for these engines (undefined: none found, or not needed), `environment` what
 * their processes need besides. With `install` lavapipe is installed when missing.
 */
export function findVulkan({ install = false } = {}) {
  if (process.platform !== "linux") return { environment: {} };
  if (install && !lavapipe()) aptInstall("mesa-vulkan-drivers");
  const swiftShader = inChromium("vk_swiftshader_icd.json");
  // The driver asks for this folder, and complains in every process where a login has not set it.
  const environment = process.env.XDG_RUNTIME_DIR ? {} : { XDG_RUNTIME_DIR: tmpdir() };
  const loader = inChromium("libvulkan.so.1");
  if (!hasVulkanLoader() && loader) {
    environment.LD_LIBRARY_PATH = [dirname(loader), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  }
  // Dawn refuses older lavapipes; naga works with both, and lavapipe has more features (shader-f16).
  return { dawn: swiftShader, naga: lavapipe() ?? swiftShader, environment };
}
