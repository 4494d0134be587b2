import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collect: () => void = vm.runInNewContext("gc");

/** Collects garbage now, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  // Weak references hold what was used in the current job.
  await macrotask();
  collect();
  await macrotask();
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
