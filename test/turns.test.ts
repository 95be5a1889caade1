// What runtimes print at the same time stays readable.
import { expect, it } from "vitest";
import { turns } from "../scripts/lib/turns.mjs";

it("the oldest printer that has not ended writes, the others wait for their turn", () => {
  let text = "";
  const next = turns({ write: (chunk: string) => (text += chunk) });
  const [a, b, c] = [next(), next(), next()];
  b.print("b1 ");
  a.print("a1 ");
  expect(text).toBe("a1 ");
  b.end();
  a.print("a2 ");
  expect(text).toBe("a1 a2 ");
  c.print("c1 ");
  a.end();
  expect(text).toBe("a1 a2 b1 c1 ");
  c.print("c2 ");
  const d = next();
  d.print("d1 ");
  expect(text).toBe("a1 a2 b1 c1 c2 ");
  c.end();
  d.print("d2");
  d.end();
  expect(text).toBe("a1 a2 b1 c1 c2 d1 d2");
});
