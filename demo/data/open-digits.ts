/** The handwritten digits where the server has them, else digits that this browser draws, with the reason why. */
import { type Digits, type DigitsAnswer, digitsPath, handwritten } from "./digits.js";
import { drawnDigits } from "./glyphs.js";

export async function openDigits(): Promise<Digits> {
  const answer = await ask();
  return answer.found ? handwritten(answer) : drawnDigits(answer.reason);
}

async function ask(): Promise<DigitsAnswer> {
  try {
    const response = await fetch(digitsPath);
    // A static server has no such file, and some answer with a page.
    if (!response.ok || !response.headers.get("content-type")?.includes("json")) {
      return { found: false, reason: "this page is served without them" };
    }
    return await response.json();
  } catch (error) {
    return { found: false, reason: `they did not arrive: ${error instanceof Error ? error.message : error}` };
  }
}
