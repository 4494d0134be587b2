/**
 * Computing without holding up the loop: functions of a module run in workers,
 * one per processor, while a clock goes on ticking. What takes too long is told
 * to stop.
 *
 *     deno run --allow-read examples/cpu_work.ts
 */
import * as asyncio from "@asyncio/asyncio";

const module = new URL("./cpu_work/primes.ts", import.meta.url);

async function tick(clock: { ticks: number }) {
  for (;; clock.ticks++) await asyncio.sleep(0.001);
}

await asyncio.run(async () => {
  // The type makes submit() and map() check names and arguments.
  await using pool = new asyncio.WorkerPoolExecutor<
    typeof import("./cpu_work/primes.ts")
  >(module);
  const clock = { ticks: 0 };
  asyncio.createTask(() => tick(clock));

  const limits = [1_000, 10_000, 100_000, 1_000_000];
  for await (const { limit, count } of pool.map("countPrimes", limits)) {
    console.log(`${count} primes below ${limit}`);
  }
  console.log(clock.ticks > 10 ? "The clock went on" : "The clock stood still");

  try {
    await asyncio.waitFor(pool.submit("countPrimes", 1_000_000_000), 0.1);
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
    console.log("More would take too long");
  }
});

// Output:
// 168 primes below 1000
// 1229 primes below 10000
// 9592 primes below 100000
// 78498 primes below 1000000
// The clock went on
// More would take too long
