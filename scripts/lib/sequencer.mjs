// The order of test files.
import { BaseSequencer } from "vitest/node";

/** What compiles most kernels. */
const longest = ["oracle", "classes.regimes", "parity", "lai", "classes", "median"];

/** Long files first, so that no worker is left alone with one at the end. */
export class LongestFirst extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/${name}.gpu.test.ts`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
