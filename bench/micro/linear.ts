import type { Subject } from "./work.ts";

/** Twice the input may take this many times as long: twice, and some noise. */
export const LINEAR_LIMIT = 2.4;

/** The shortest time counts: what disturbs a run only ever makes it longer. */
const TRIES = 2;

async function shortest(body: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let index = 0; index < TRIES; index++) {
    const started = performance.now();
    await body();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

/** Measures how many times as long `2 * size` takes as `size`. */
export function doubling(
  body: (size: number) => Promise<unknown>,
  size: number,
): Subject {
  return async () => {
    await body(size / 4);
    return await shortest(() => body(size * 2)) /
      await shortest(() => body(size));
  };
}
