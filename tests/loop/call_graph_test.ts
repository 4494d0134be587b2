import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  captureCallGraph,
  createTask,
  formatCallGraph,
  type Future,
  futureAddToAwaitedBy,
  type FutureCallGraph,
  futureDiscardFromAwaitedBy,
  gather,
  getRunningLoop,
  printCallGraph,
  shield,
  sleep,
  type Task,
  taskGroup,
  wait,
} from "../../loop/mod.ts";
import { virtual } from "../_support.ts";

/** The futures that a graph names, in the order of the tree. */
function names(graph: FutureCallGraph | null): string[] {
  if (graph === null) return [];
  const { future } = graph;
  const name = "getName" in future
    ? (future as Task<unknown>).getName()
    : future.constructor.name;
  return [name, ...graph.awaitedBy.flatMap(names)];
}

async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await sleep(0);
}

Deno.test("captureCallGraph() follows who awaits a task (D4)", () =>
  virtual(async () => {
    const inner = createTask(sleep(1), { name: "inner" });
    const middle = createTask(
      (function* () {
        yield* inner;
      })(),
      { name: "middle" },
    );
    const outer = createTask(async () => await middle, { name: "outer" });
    await settle();
    assertEquals(names(captureCallGraph(inner)), ["inner", "middle", "outer"]);
    await outer;
    assertEquals(names(captureCallGraph(inner)), ["inner"]);
  }));

Deno.test("captureCallGraph() sees through gather, shield, wait and groups (D4)", () =>
  virtual(async () => {
    const inner = createTask(sleep(1), { name: "inner" });
    const waiters = [
      createTask(() => gather(inner), { name: "gatherer" }),
      createTask(() => shield(inner), { name: "shielder" }),
      createTask(() => wait([inner]), { name: "waiter" }),
      createTask(
        () =>
          taskGroup((group) => {
            group.createTask(inner, { name: "member" });
            return sleep(0);
          }),
        { name: "parent" },
      ),
    ];
    await settle();
    const found = new Set(names(captureCallGraph(inner)));
    for (const name of ["gatherer", "shielder", "waiter", "member", "parent"]) {
      assert(found.has(name), `${name} is missing in ${[...found]}`);
    }
    await gather(...waiters);
  }));

Deno.test("captureCallGraph() expands a circle once", () =>
  virtual(async () => {
    const future: Future<void> = getRunningLoop().createFuture<void>();
    const task = createTask(() => future, { name: "task" });
    await settle();
    futureAddToAwaitedBy(task, future);
    assertEquals(names(captureCallGraph(task)), ["task", "Future", "task"]);
    futureDiscardFromAwaitedBy(task, future);
    assertEquals(names(captureCallGraph(task)), ["task"]);
    future.setResult();
    await task;
  }));

Deno.test("captureCallGraph() of the current task shows the running code", () =>
  virtual(async () => {
    await sleep(0);
    const graph = captureCallGraph();
    assertStringIncludes(
      graph!.callStack.map(({ frame }) => frame).join("\n"),
      "call_graph_test.ts",
    );
    assertEquals(captureCallGraph(null, { limit: 0 })?.callStack, []);
  }));

Deno.test("captureCallGraph() is null in a callback, and an error outside a loop", async () => {
  await virtual(async () => {
    const seen: unknown[] = [];
    getRunningLoop().callSoon(() => seen.push(captureCallGraph()));
    await sleep(0);
    assertEquals(seen, [null]);
  });
});

Deno.test("formatCallGraph() draws the tree", () =>
  virtual(async () => {
    async function work(): Promise<void> {
      await sleep(1);
    }
    const inner = createTask(work, { name: "inner" });
    const outer = createTask(() => inner, { name: "outer" });
    await settle();
    const lines = formatCallGraph(inner).split("\n");
    assertEquals(lines.slice(0, 6), [
      "* <Task pending name='inner'>",
      "  + Call stack:",
      "  |   sleep",
      "  |   work",
      "  + Awaited by:",
      "    * <Task pending name='outer'>",
    ]);
    await outer;
  }));

Deno.test("formatCallGraph() shows each future once, and then where it is", () =>
  virtual(async () => {
    const root = createTask(sleep(1), { name: "root" });
    const left = createTask(() => root, { name: "left" });
    const right = createTask(() => root, { name: "right" });
    const top = createTask(() => gather(left, right), { name: "top" });
    await settle();
    const heads = formatCallGraph(root).split("\n").map((line) => line.trim())
      .filter((line) => line.startsWith("* "));
    assertEquals(heads, [
      "* <Task pending name='root'>",
      "* <Task pending name='left'>",
      "* <GatheringFuture pending>",
      "* <Task pending name='top'>",
      "* <Task pending name='right'>",
      "* <GatheringFuture pending> (above)",
    ]);
    await top;
  }));

Deno.test("printCallGraph() and Task.printStack() print what they format (D4, D5)", () =>
  virtual(async () => {
    async function work(): Promise<void> {
      await sleep(1);
    }
    const task = createTask(work, { name: "printed" });
    await settle();
    const printed: string[] = [];
    const { log, error } = console;
    console.log = (text) => printed.push(`out: ${text}`);
    console.error = (text) => printed.push(`err: ${text}`);
    try {
      printCallGraph(task);
      task.printStack();
    } finally {
      Object.assign(console, { log, error });
    }
    assertEquals(printed, [
      `out: ${formatCallGraph(task)}`,
      `err: Stack for ${task} (most recent first):\n  sleep\n  work`,
    ]);
    assertStrictEquals(task.getCoro(), work);
    await task;
  }));

Deno.test("Task.getStack() tells what the task waits for, then its function (D5)", () =>
  virtual(async () => {
    async function work(): Promise<void> {
      await sleep(1);
    }
    const task = createTask(work);
    await settle();
    assertEquals(task.getStack(), ["sleep", "work"]);
    assertEquals(task.getStack({ limit: 1 }), ["sleep"]);
    await task;
    assertEquals(task.getStack(), ["work"]);
  }));
