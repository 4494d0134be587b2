import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { transfer } from "../../loop/executor/job.ts";
import { WorkerPoolExecutor } from "../../loop/executor/worker_pool_executor.ts";
import { WorkerDiedError } from "../../loop/executor/errors.ts";
import { gather } from "../../loop/gather.ts";
import { run } from "../../loop/runners.ts";
import { sleep } from "../../loop/sleep.ts";
import {
  testExecutor,
  WORK_MODULE,
  type WorkModule,
} from "./_executor_contract.ts";
import { logged } from "./_logged.ts";
import { runProgram } from "./_programs.ts";

testExecutor({
  name: "WorkerPoolExecutor",
  make: (options) => new WorkerPoolExecutor<WorkModule>(WORK_MODULE, options),
  death: /^Cannot finish job 'exit': its worker died$/,
});

/** Runs a test with a pool of one worker. */
function testWithWorker(
  name: string,
  body: (pool: WorkerPoolExecutor<WorkModule>) => Promise<void>,
): void {
  Deno.test(name, () =>
    run(async () => {
      await using pool = new WorkerPoolExecutor<WorkModule>(WORK_MODULE, {
        maxWorkers: 1,
      });
      await body(pool);
    }));
}

testWithWorker(
  "WorkerPoolExecutor moves what is marked, both ways",
  async (pool) => {
    for (const keepBusy of [false, true]) {
      const before = keepBusy ? pool.submit("slowly", 10, 0) : null;
      const bytes = new Uint8Array(1000);
      const job = pool.submit("fill", transfer(bytes), 7);
      assertEquals(bytes.length, 0);
      const filled = await job;
      assertEquals([filled.length, filled[999]], [1000, 7]);
      await before;
    }
  },
);

testWithWorker(
  "WorkerPoolExecutor moves a part of an argument",
  async (pool) => {
    const inner = new ArrayBuffer(10);
    const argument = { inner, name: "outer" };
    const echo = await pool.submit("echo", transfer(argument, [inner]));
    assertEquals(inner.byteLength, 0);
    assertEquals((echo as typeof argument).inner.byteLength, 10);
  },
);

testWithWorker(
  "WorkerPoolExecutor moves what a given function marks",
  async (pool) => {
    const filled = await pool.submit(function (length: number) {
      return this.transfer(new Uint8Array(length).fill(3));
    }, 5);
    assertEquals([...filled], [3, 3, 3, 3, 3]);
  },
);

testWithWorker("transfer() refuses what has nothing to move", async () => {
  await assertRejects(async () => transfer(1), TypeError, "Cannot transfer");
});

testWithWorker(
  "a cancelled job sees the shared flag, even if it never waits",
  async (pool) => {
    const job = pool.submit("spinUntilCancelled");
    await sleep(0.05);
    assert(job.cancel());
    // The only worker is free again.
    assertEquals(await pool.submit("add", 1, 2), 3);
    assert(job.cancelled());
  },
);

testWithWorker("a cancelled job sees its signal", async (pool) => {
  const { port1, port2 } = new MessageChannel();
  const seen: unknown[] = [];
  port1.onmessage = ({ data }) => seen.push(data);
  const job = pool.submit("waitForSignal", port2);
  while (seen.length < 1) await sleep(0.001);
  job.cancel();
  while (seen.length < 2) await sleep(0.001);
  assertEquals(seen, ["started", "aborted: AbortError"]);
  port1.close();
});

testWithWorker(
  "a given function that is cancelled can poll, too",
  async (pool) => {
    const flags = new Int32Array(new SharedArrayBuffer(8));
    const job = pool.submit(function (flags: Int32Array) {
      Atomics.store(flags, 0, 1);
      try {
        for (;;) this.throwIfCancelled();
      } catch (error) {
        Atomics.store(flags, 1, (error as Error).name === "AbortError" ? 1 : 2);
      }
    }, flags);
    while (Atomics.load(flags, 0) === 0) await sleep(0.001);
    job.cancel();
    while (Atomics.load(flags, 1) === 0) await sleep(0.001);
    assertEquals(flags[1], 1);
  },
);

testWithWorker(
  "a job that is cancelled while its module is loading is not run",
  async (pool) => {
    const job = pool.submit("count");
    job.cancel();
    assertEquals(await pool.submit("count"), 1);
  },
);

testWithWorker("a job after a cancelled one is not cancelled", async (pool) => {
  const job = pool.submit("spinUntilCancelled");
  await sleep(0.01);
  job.cancel();
  const next = pool.submit(function () {
    return [this.cancelled, this.signal.aborted];
  });
  assertEquals(await next, [false, false]);
});

testWithWorker(
  "WorkerPoolExecutor notices a worker that closes itself",
  async (pool) => {
    const error = await assertRejects(
      async () => await pool.submit("close"),
      WorkerDiedError,
    );
    assertMatch(String(error.cause), /close\(\) was called/);
  },
);

testWithWorker(
  "WorkerPoolExecutor without a module runs functions only",
  async () => {
    await using pool = new WorkerPoolExecutor(null, { maxWorkers: 1 });
    assertEquals(await pool.submit((n: number) => n + 1, 1), 2);
    await assertRejects(
      async () => await pool.submit("add", 1, 2),
      TypeError,
      "Cannot submit job 'add': the executor has no module, pass a function",
    );
  },
);

Deno.test("WorkerPoolExecutor passes on why a module cannot be loaded", () =>
  run(async () => {
    const modules: [string, RegExp][] = [
      [new URL("./no_such_module.ts", import.meta.url).href, /not found/i],
      ["data:text/javascript,throw new RangeError('while loading')", /while/],
      ["data:text/javascript,this is no code", /SyntaxError|Unexpected/],
    ];
    for (const [module, reason] of modules) {
      await using pool = new WorkerPoolExecutor(module, { maxWorkers: 1 });
      for (let attempt = 0; attempt < 2; attempt++) {
        const error = await assertRejects(
          async () => await pool.submit("anything"),
          Error,
        );
        assertMatch(String(error), reason);
      }
    }
  }));

Deno.test("WorkerPoolExecutor refuses a module that is no absolute URL", async () => {
  await assertRejects(
    async () => new WorkerPoolExecutor("./work.ts"),
    TypeError,
  );
});

// Whole programs: what is left of a worker when the program should end.

Deno.test("an idle worker does not keep the process alive", async () => {
  const { code, lines } = await runProgram("pooled.ts", { args: ["idle"] });
  assertEquals([code, lines], [0, ["3"]]);
});

Deno.test("an idle worker does not keep the process alive for long where Deno cannot let it go", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    args: ["idle", "withoutRef"],
  });
  assertEquals([code, lines], [0, ["3"]]);
});

Deno.test("a job keeps the process alive", async () => {
  const { code, lines } = await runProgram("pooled.ts", { args: ["pending"] });
  assertEquals([code, lines], [0, ["late"]]);
});

Deno.test("run() does not wait for a wedged worker: it warns, and the process ends", async () => {
  const { code, lines, stderr } = await runProgram("pooled.ts", {
    args: ["wedged"],
  });
  assertEquals([code, lines], [0, ["TimeoutError", "run() has ended"]]);
  assertMatch(
    stderr,
    /^Job 'spinForever' did not stop within 1 second of being cancelled: its worker is given up, though it may go on\n$/,
  );
});

Deno.test("run() does not wait for a wedged thread that nobody awaits", async () => {
  const { code, lines, stderr } = await runProgram("pooled.ts", {
    args: ["wedgedThread"],
  });
  assertEquals([code, lines], [0, ["run() has ended"]]);
  assertMatch(stderr, /^Job 'spin' did not stop/);
});

Deno.test("run() does not wait for a wedged worker that Deno cannot let go", async () => {
  // There the process has to end itself.
  const { code, lines } = await runProgram("pooled.ts", {
    args: ["wedged", "withoutRef", "exit"],
  });
  assertEquals([code, lines], [0, ["TimeoutError", "run() has ended"]]);
});

Deno.test("WorkerPoolExecutor without permission passes Deno's error on", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    flags: ["--no-prompt"],
    args: ["unpermitted"],
  });
  assertEquals(code, 0);
  assertMatch(lines[0]!, /Requires read access to .*_executor_work.ts/);
  // Functions need no permission, for there is nothing to read.
  assertEquals(lines[1], "3");
});

/** Runs a program that imports the package from a server, as from JSR. */
async function runFromRemote(
  program: string,
  flags: readonly string[],
): Promise<string> {
  const root = new URL("../../", import.meta.url);
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ url }) => {
      const path = new URL(url).pathname.slice(1);
      const text = await Deno.readTextFile(new URL(path, root));
      const headers = { "content-type": "application/typescript" };
      return new Response(text, { headers });
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  const cache = await Deno.makeTempDir();
  try {
    const script = program.replace("PACKAGE", `http://${host}/mod.ts`);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        `--allow-import=${host}`,
        ...flags,
        `data:text/javascript,${encodeURIComponent(script)}`,
      ],
      env: { DENO_DIR: cache, NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return text(stdout) + text(stderr);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

Deno.test("the executors run as part of a package that was loaded from afar", async () => {
  const program = `
    import * as asyncio from "PACKAGE";
    await asyncio.run(async () => {
      console.log(await asyncio.toThread((n) => n + 1, 41));
      if (Deno.permissions.querySync({ name: "run" }).state !== "granted") return;
      await using pool = new asyncio.ProcessPoolExecutor();
      console.log(await pool.submit((n) => n + 1, 42));
    });
  `;
  // A worker needs no permission, not even to read the package.
  assertEquals(await runFromRemote(program, []), "42\n");
  assertEquals(await runFromRemote(program, ["--allow-run"]), "42\n43\n");
});

/** Keeps a pool of one worker busy with a job that was cancelled. */
async function blocked(
  milliseconds: number,
  body: (pool: WorkerPoolExecutor<WorkModule>) => Promise<void>,
): Promise<string[]> {
  const records = await logged(() =>
    run(async () => {
      await using pool = new WorkerPoolExecutor<WorkModule>(WORK_MODULE, {
        maxWorkers: 1,
      });
      const begun = new Int32Array(new SharedArrayBuffer(4));
      const job = pool.submit(
        async function heedless(begun: Int32Array, milliseconds: number) {
          Atomics.store(begun, 0, 1);
          await new Promise((resolve) => setTimeout(resolve, milliseconds));
        },
        begun,
        milliseconds,
      );
      while (Atomics.load(begun, 0) === 0) await sleep(0.001);
      job.cancel();
      await body(pool);
    })
  );
  return records.map(({ message }) => message);
}

Deno.test("WorkerPoolExecutor tells once which cancelled job keeps others waiting", async () => {
  const messages = await blocked(1500, async (pool) => {
    await gather(pool.submit("add", 1, 2), pool.submit("add", 3, 4));
  });
  assertEquals(messages, [
    "Job 'heedless' did not stop within 1 second of being cancelled: " +
    "2 jobs wait meanwhile",
  ]);
});

Deno.test("WorkerPoolExecutor tells so too when the others come later", async () => {
  const messages = await blocked(1500, async (pool) => {
    await sleep(1.1);
    await gather(pool.submit("add", 1, 2), pool.submit("add", 3, 4));
  });
  assertEquals(messages, [
    "Job 'heedless' did not stop within 1 second of being cancelled: " +
    "1 job waits meanwhile",
  ]);
});

Deno.test("WorkerPoolExecutor says nothing of a cancelled job that is in nobody's way", async () => {
  const messages = await blocked(1100, async () => await sleep(1.4));
  assertEquals(messages, []);
});
