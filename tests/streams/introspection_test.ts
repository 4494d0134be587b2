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
    /^asyncio: cannot ask 127\.0\.0\.1:1: nobody listens there, .* \(Connection refused/,
  );
});

Deno.test("the tool says that nobody answers, or somebody else", async () => {
  const folder = await Deno.makeTempDir();
  // A server that ended without removing its socket.
  const stale = `${folder}/stale.sock`;
  Deno.listen({ transport: "unix", path: stale }).close();
  using stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const greet = async () => {
    using connection = await stranger.accept();
    await connection.write(new TextEncoder().encode("220 mail\n"));
    await connection.read(new Uint8Array(100));
  };
  const greeting = greet();
  const nobody = /nobody listens there, does the process call /;
  const cases: [string[], RegExp][] = [
    [["ps", "4194305"], nobody],
    [["ps", `${folder}/none.sock`], nobody],
    [["ps", stale], nobody],
    [
      ["pstree", `127.0.0.1:${stranger.addr.port}`],
      /what answers there is no asyncio\.serveIntrospection\(\)\n$/,
    ],
    [["ps", "127.0.0.1:99999"], /Invalid port/],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => tool(...args)));
  await greeting;
  await Deno.remove(folder, { recursive: true });
  for (const [index, [args, pattern]] of cases.entries()) {
    const [code, stdout, stderr] = outcomes[index]!;
    assertEquals([code, stdout], [1, ""]);
    assert(stderr.startsWith(`asyncio: cannot ask ${args[1]}: `), stderr);
    assertMatch(stderr, pattern);
  }
});

Deno.test("the tool asks with a token, over a Unix socket too", () =>
  run(async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/tasks.sock`;
    {
      await using _ = await serveIntrospection({ path, token: "secret" });
      // Alone: who else is being answered would be shown.
      const right = await tool("pstree", path, "--token", "secret");
      const [wrong, none, unfinished] = await Promise.all([
        tool("ps", path, "--token", "guess"),
        tool("ps", path),
        tool("ps", path, "--token"),
      ]);
      for (const [code, , stderr] of [wrong!, none!]) {
        assertEquals(code, 1);
        assertEquals(stderr, `asyncio: cannot ask ${path}: token is wrong\n`);
      }
      // Nobody but who serves, and not the task that answers.
      assertEquals(right![0], 0);
      assertMatch(right![1], /^Task-\d+ {2}.*\n$/);
      assertEquals(unfinished![0], 2);
      assertMatch(unfinished![2], /^asyncio: --token takes a token\n/);
    }
    await Deno.remove(folder, { recursive: true });
  }));

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

Deno.test("formatTable() and formatTree() show 200 000 tasks of a group", () => {
  const group: TaskSnapshot = { ...circle[0]!, id: 0, awaitedBy: [] };
  const tasks = [group];
  for (let id = 1; id <= 200_000; id++) {
    tasks.push({ ...group, id, name: `member ${id}`, awaitedBy: [0] });
  }
  const table = formatTable(tasks).split("\n");
  assertEquals(table.length, 2 + tasks.length);
  assertMatch(table.at(-1)!, /^200000 {2}member 200000 /);
  const tree = formatTree(tasks).split("\n");
  assertEquals(tree.length, tasks.length);
  assertEquals(tree.at(-1), "└── member 200000  f");
});
