/** The tape on which TensorFlow.js notes what its gradients go back along. */
import type { Tf } from "./host.js";

interface Node {
  readonly inputs: Readonly<Record<string, { readonly id: number }>>;
  readonly outputs: readonly { readonly id: number }[];
}

/**
 * Puts every node behind those whose outputs it reads. An op that saves its own output for its gradient, such as tanh or exp, notes that
 * copy before itself; a second derivative, which follows the tape in order, would take the copy for a constant, without a word.
 */
export function orderTape(tf: Tf): void {
  const { activeTape: tape } = tf.engine().state as { readonly activeTape?: Node[] | null };
  if (!tape) return;
  const makers = new Map(tape.flatMap((node) => node.outputs.map(({ id }) => [id, node] as const)));
  const placed = new Set<Node>();
  const ordered: Node[] = [];
  const place = (node: Node): void => {
    if (placed.has(node)) return;
    placed.add(node);
    for (const { id } of Object.values(node.inputs)) {
      const maker = makers.get(id);
      if (maker) place(maker);
    }
    ordered.push(node);
  };
  tape.slice().forEach(place);
  for (const [i, node] of ordered.entries()) tape[i] = node;
}
