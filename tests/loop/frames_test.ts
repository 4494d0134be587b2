import { assert, assertEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { type Frame, scopeIn, withScope } from "../../loop/frames.ts";
import { run } from "../../loop/runners.ts";
import { Scope } from "../../loop/scope.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask, type Task } from "../../loop/tasks.ts";

const scope = new Scope({} as Task<unknown>, null);
const other = new Scope({} as Task<unknown>, null);

const FRAMES: [name: string, frame: Frame][] = [
  ["no frame", undefined],
  ["an empty frame", {}],
  ["a frame of the runtime", { __proto__: null, "1": "one", "5": "five" }],
  ["a frame with high keys", { "1": "one", "64": "high" }],
  ["a frame with a name as key", { "1": "one", name: "named" }],
  ["a frame with a symbol as key", { "1": "one", [Symbol("key")]: "value" }],
];

function valuesIn(frame: Frame = {}): [PropertyKey, unknown][] {
  return Reflect.ownKeys(frame).map((key): [PropertyKey, unknown] => [
    key,
    frame[key],
  ]).filter(([, value]) => typeof value === "string");
}

for (const [name, frame] of FRAMES) {
  Deno.test(`withScope() replaces only the scope of ${name}`, () => {
    const first = withScope(frame, scope);
    const second = withScope(first, other);
    const third = withScope(second, undefined);
    assertEquals([first, second, third].map(scopeIn), [
      scope,
      other,
      undefined,
    ]);
    for (const copy of [first, second, third]) {
      // What the runtime does: it reads one key, or copies all.
      assertEquals(valuesIn({ ...copy }), valuesIn(frame));
      assertEquals(copy?.["1"], frame?.["1"]);
    }
    assertEquals(scopeIn({ ...first }), scope);
    assert(withScope(first, scope) === first);
  });
}

Deno.test("AsyncLocalStorage.run() inside a task adds to the values of the task", async () => {
  const storages = Array.from(
    { length: 100 },
    () => new AsyncLocalStorage<number>(),
  );
  const indexes = storages.keys().toArray();
  const read = () => storages.map((storage) => storage.getStore());
  // As deep as there are storages, with a task and a wait at every level.
  async function descend(depth: number): Promise<void> {
    if (depth === storages.length) return;
    const known = indexes.map((index) => index < depth ? index : undefined);
    assertEquals(read(), known);
    await storages[depth]!.run(depth, async () => {
      const task = currentTask();
      await sleep(0);
      assertEquals(currentTask(), task);
      await createTask(() => descend(depth + 1));
    });
    assertEquals(read(), known);
  }
  await run(() => descend(0));
});
