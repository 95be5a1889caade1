/** A loss in the address of the page: ?loss=<JSON>. */
import { type Loss, type LossSpec, lossFromJSON } from "../../../src/index.js";

export type Read = { readonly spec: LossSpec; readonly loss: Loss } | { readonly problem: string };

/** Everything else in the address stays. */
export function addressOf(spec: LossSpec, href: string): string {
  const url = new URL(href);
  url.searchParams.set("loss", JSON.stringify(spec));
  return url.href;
}

/** Longer texts are nobody's loss; they would only fill the page. */
const longest = 300;
const shortened = (text: string) => (text.length > longest ? `${text.slice(0, longest)}...` : text);

/** Reads `?loss=`; undefined where there is none. Whatever it holds, nothing is thrown. */
export function readAddress(href: string): Read | undefined {
  const text = new URL(href).searchParams.get("loss");
  if (text === null) return undefined;
  let spec: LossSpec;
  try {
    spec = JSON.parse(text);
  } catch (error) {
    return { problem: shortened(`it is no JSON: ${error instanceof Error ? error.message : error}`) };
  }
  try {
    return { spec, loss: lossFromJSON(spec) };
  } catch (error) {
    return { problem: shortened(error instanceof Error ? error.message : String(error)) };
  }
}
