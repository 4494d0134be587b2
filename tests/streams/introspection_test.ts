import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  createTask,
  gather,
  run,
  sleep,
  snapshotTasks,
  taskGroup,
  type TaskSnapshot,
} from "../../loop/mod.ts";
import { Queue } from "../../queues/mod.ts";
import { openConnection, serveIntrospection } from "../../streams/mod.ts";
import { formatTable, formatTree } from "../../streams/_task_report.ts";
import type { NetAddress } from "../../transports/mod.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** Runs the tool while the caller's loop goes on. */
async function tool(...args: string[]): Promise<[number, string, string]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", CLI, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return [code, decoder.decode(stdout), decoder.decode(stderr)];
}

Deno.test("snapshotTasks() tells what each task does and who waits for it", () =>
  run(async () => {
    const queue = new Queue<number>();
    async function worker(): Promise<void> {
      await queue.get();
    }
    const task = createTask(worker, { name: "worker" });
    const boss = createTask(() => gather(task), { name: "boss" });
    for (let i = 0; i < 3; i++) await sleep(0);
    const byName = new Map(snapshotTasks().map((each) => [each.name, each]));
    assertEquals(byName.get("worker")?.stack, ["Queue.get", "worker"]);
    assertEquals(byName.get("worker")?.awaitedBy, [byName.get("boss")!.id]);
    task.cancel();
    const found = snapshotTasks().find(({ name }) => name === "worker");
    assertEquals(found?.state, "cancelling");
    await gather(boss, { returnExceptions: true });
  }));

Deno.test("serveIntrospection() answers on TCP, and only with its token", () =>
  run(async () => {
    await using server = await serveIntrospection({ port: 0, token: "secret" });
    const { port } = server.sockets[0] as NetAddress;
    const ask = async (request: string): Promise<Record<string, unknown>> => {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      writer.write(`${request}\n`);
      const line = await reader.readline();
      writer.close();
      await writer.waitClosed();
      return JSON.parse(new TextDecoder().decode(line));
    };
    assertEquals((await ask("{}"))["error"], "token is wrong");
    assertEquals(
      (await ask("nonsense"))["error"],
      "request is not a JSON object",
    );
    const { pid, tasks } = await ask('{"token":"secret"}');
    assertEquals(pid, Deno.pid);
    assert((tasks as TaskSnapshot[]).length >= 1);
  }));

Deno.test("serveIntrospection() asks for a token where others can connect", () => {
  assertThrows(
    () => serveIntrospection({ host: "0.0.0.0" }),
    RangeError,
    'host "0.0.0.0" is not a loopback address',
  );
});

Deno.test("the tool shows the tasks of a process as table, tree and JSON", () =>
  run(async () => {
    await using server = await serveIntrospection();
    const { path } = server.sockets[0] as { path?: string };
    const address = path === undefined
      ? `127.0.0.1:${(server.sockets[0] as NetAddress).port}`
      : String(Deno.pid);
    await taskGroup(async (group) => {
      const naps = ["one", "two"].map((name) =>
        group.createTask(sleep(60), { name })
      );
      const results = await Promise.all([
        tool("ps", address),
        tool("pstree", address),
        tool("ps", address, "--json"),
      ]);
      const [table, tree, json] = results;
      assertMatch(table![1], /^id {2}name .*\n-.*\n1 {3}Task-\d+ +pending /);
      assertMatch(tree![1], /├── one .*\n└── two /);
      assert(JSON.parse(json![1]).length >= 3);
      for (const nap of naps) nap.cancel();
    });
  }));

Deno.test("the tool says clearly what is wrong", async () => {
  const [usage, nobody] = await Promise.all([
    tool("top"),
    tool("ps", "127.0.0.1:1"),
  ]);
  assertEquals(usage[0], 2);
  assertMatch(usage[2], /^asyncio: unknown command "top"\n\nUsage: /);
  assertEquals(nobody[0], 1);
  assertMatch(
    nobody[2],
    /^asyncio: cannot ask 127\.0\.0\.1:1: Connection refused/,
  );
});

const circle: TaskSnapshot[] = [
  { id: 1, name: "a", state: "pending", stack: ["f"], awaitedBy: [2] },
  { id: 2, name: "b", state: "pending", stack: ["g"], awaitedBy: [1] },
];

Deno.test("formatTree() draws a circle once", () => {
  assertEquals(formatTree(circle).split("\n"), [
    "tasks that wait for each other in a circle:",
    "a  f",
    "└── b  g",
    "    └── a  (above)",
  ]);
});

Deno.test("formatTable() has a line for each task", () => {
  assertEquals(formatTable(circle).split("\n").length, 4);
});
