import * as asyncio from "@asyncio/asyncio";

/** Counts primes the slow way; runs in a worker, see ../cpu_work.ts. */
export function countPrimes(limit: number) {
  const job = asyncio.currentJob();
  let count = 0;
  for (let n = 2; n < limit; n++) {
    // Nothing else can stop a thread that computes.
    if (n % 1000 === 0) job?.throwIfCancelled();
    if (isPrime(n)) count++;
  }
  return { limit, count };
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) {
    if (n % divisor === 0) return false;
  }
  return true;
}
