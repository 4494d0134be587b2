import type { Subject } from "./work.ts";

/** The fastest batch counts: what disturbs one only ever makes it longer. */
const BATCHES = 5;

/** Where sizing begins, and how fast it may grow before the compiler has seen the code. */
const FIRST_OPERATIONS = 100;
const GROWTH = 8;

/** Does at least the number of operations it is given and resolves when the last one is done. */
export type Operations = (operations: number) => Promise<unknown>;

async function nanoseconds(
  operations: Operations,
  count: number,
): Promise<number> {
  const started = performance.now();
  await operations(count);
  return (performance.now() - started) * 1e6;
}

/**
 * Makes a subject of something that can be done many times: warms it up for about as long as it will be measured,
 * growing the count until a batch fills its share of the time, then measures
 * five batches.
 *
 * @param operations Does so many operations.
 * @param multiple What the count must be a multiple of.
 * @returns Measures the fastest batch, in nanoseconds per operation.
 */
export function timed(operations: Operations, multiple = 1): Subject {
  return async (seconds) => {
    // The first call may load a package.
    await operations(multiple);
    const count = await warmUp(operations, multiple, seconds * 1e9);
    const figures: number[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      figures.push(await nanoseconds(operations, count) / count);
    }
    return Math.min(...figures);
  };
}

/** Returns how many operations make a batch. */
async function warmUp(
  operations: Operations,
  multiple: number,
  total: number,
): Promise<number> {
  const wanted = total / BATCHES;
  let count = roundUp(FIRST_OPERATIONS, multiple);
  for (let spent = 0;;) {
    const time = await nanoseconds(operations, count);
    spent += time;
    if (time >= wanted / 2 && spent >= total) return count;
    count = roundUp(
      count * Math.min(GROWTH, Math.max(1, wanted / time)),
      multiple,
    );
  }
}

function roundUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}
