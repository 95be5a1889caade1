/** What the lab's page asks of the server that `npm start` runs. A built page has no such server, and does without. */
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { digitsPath } from "../data/digits.js";
import { digitSources, loadDigits } from "./digits.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

export const digitsPlugin = (): Plugin => ({
  name: "digits",
  configureServer({ middlewares }) {
    middlewares.use(`/${digitsPath}`, async (_, response) => {
      const answer = await loadDigits(digitSources(root));
      if (!answer.found) console.warn(`no handwritten digits, the lab draws its own: ${answer.reason}`);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer));
    });
  },
});
