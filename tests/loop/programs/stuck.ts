/**
 * A program under a top-level await whose main task waits for something that
 * asyncio does not know; its argument tells for what.
 */
import { createTask, currentTask } from "../../../loop/tasks.ts";
import { getRunningLoop } from "../../../loop/running.ts";
import { run } from "../../../loop/runners.ts";
import { sleep } from "../../../loop/sleep.ts";
import { Lock } from "../../../sync/lock.ts";

const wakers: Record<string, (wake: () => void) => void> = {
  /** Nobody: two tasks hold what the other one wants. */
  nobody: () => {},
  timer: (wake) => setTimeout(wake, 2500),
  listener: (wake) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    listener.accept().then((conn) => {
      conn.close();
      listener.close();
      wake();
    });
    const { port } = listener.addr as Deno.NetAddr;
    new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `setTimeout(async () => (await Deno.connect({ port: ${port} })).close(), 1500)`,
      ],
    }).spawn();
  },
  signal: (wake) => {
    const listener = () => {
      Deno.removeSignalListener("SIGUSR1", listener);
      wake();
    };
    Deno.addSignalListener("SIGUSR1", listener);
    new Deno.Command("sh", {
      args: ["-c", `sleep 2; kill -USR1 ${Deno.pid}`],
    }).spawn().unref();
  },
};

async function take(name: string, first: Lock, second: Lock) {
  currentTask()!.setName(name);
  using _first = await first.acquire();
  await sleep(0.01);
  using _second = await second.acquire();
}

await run(async function main() {
  const how = Deno.args[0]!;
  currentTask()!.setName("main");
  if (how === "nobody") {
    const [forks, knives] = [new Lock(), new Lock()];
    const ada = createTask(() => take("Ada", forks, knives));
    createTask(() => take("Grace", knives, forks));
    return await ada;
  }
  const woken = getRunningLoop().createFuture<void>();
  wakers[how]!(() => woken.setResult());
  await woken;
  console.log("woken");
}, { debug: Deno.args[1] === "debug" });
