/** Prints the values of a user's AsyncLocalStorage that reach scheduled code. */
import { AsyncLocalStorage } from "node:async_hooks";
import { run } from "../../../loop/runners.ts";
import { getRunningLoop } from "../../../loop/running.ts";
import { sleep } from "../../../loop/sleep.ts";
import { createTask } from "../../../loop/tasks.ts";
import { timeout } from "../../../loop/timeouts.ts";
import { VirtualTimeEventLoop } from "../../../loop/virtual_time_event_loop.ts";

const user = new AsyncLocalStorage<string>();

function print(name: string, ...values: unknown[]): void {
  console.log(`${name}: ${values.join(" ")}`);
}

async function native(): Promise<void> {
  const values = [user.getStore()];
  await sleep(1);
  values.push(user.getStore());
  await timeout(5, async () => {
    await sleep(1);
    values.push(user.getStore());
  });
  print("async function", ...values);
}

function* generator() {
  const values = [user.getStore()];
  yield* sleep(1);
  values.push(user.getStore());
  yield* timeout(5, function* () {
    yield* sleep(1);
    values.push(user.getStore());
  });
  print("generator", ...values);
}

async function main(): Promise<void> {
  const loop = getRunningLoop();
  await user.run("creator", () => createTask(native));
  await user.run("creator", () => createTask(generator()));
  user.run("scheduler", () => {
    loop.callSoon(() => print("callback", user.getStore()));
    loop.callLater(1, () => print("timer", user.getStore()));
  });
  await sleep(2);
  const future = loop.createFuture<void>();
  const look = (name: string) => () => print(name, user.getStore());
  user.run("adder", () => future.addDoneCallback(look("done callback")));
  const context = user.run("snapshot", () => AsyncLocalStorage.snapshot());
  future.addDoneCallback(look("snapshot"), { context });
  user.run("setter", () => future.setResult());
  await sleep(1);
  print("outside", user.getStore());
}

await run(main, { loopFactory: () => new VirtualTimeEventLoop() });
