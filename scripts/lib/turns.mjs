// What several programs say at the same time, one after the other.

/**
 * A factory of printers: the oldest one that has not ended writes to the stream at once, what others are given waits for its turn.
 */
export function turns(stream) {
  const queue = [];
  const advance = () => {
    while (queue.length > 0) {
      for (const chunk of queue[0].waiting.splice(0)) stream.write(chunk);
      if (!queue[0].ended) return;
      queue.shift();
    }
  };
  return () => {
    const one = { waiting: [], ended: false };
    queue.push(one);
    return {
      print(chunk) {
        one.waiting.push(chunk);
        advance();
      },
      end() {
        one.ended = true;
        advance();
      },
    };
  };
}
