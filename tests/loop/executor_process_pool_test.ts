import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { NotImplementedError, TimeoutError } from "../../loop/errors.ts";
import { WorkerDiedError } from "../../loop/executor/errors.ts";
import {
  ProcessPoolExecutor,
  type ProcessPoolExecutorOptions,
} from "../../loop/executor/process_pool_executor.ts";
import { run } from "../../loop/runners.ts";
import { sleep } from "../../loop/sleep.ts";
import { waitFor } from "../../loop/wait_for.ts";
import {
  testExecutor,
  WORK_MODULE,
  type WorkModule,
} from "./_executor_contract.ts";
import { runProgram, startProgram } from "./_programs.ts";

testExecutor({
  name: "ProcessPoolExecutor",
  make: (options) => new ProcessPoolExecutor<WorkModule>(WORK_MODULE, options),
  death: /^Cannot finish job 'exit': its process ended with code 3$/,
});

/** Runs a test with a pool of one process. */
function testWithProcess(
  name: string,
  body: (pool: ProcessPoolExecutor<WorkModule>) => Promise<void>,
  options: ProcessPoolExecutorOptions = {},
): void {
  Deno.test(name, () =>
    run(async () => {
      await using pool = new ProcessPoolExecutor<WorkModule>(WORK_MODULE, {
        maxWorkers: 1,
        ...options,
      });
      await body(pool);
    }));
}

/** The state of a process, or `null` if there is none. */
async function stateOf(pid: number): Promise<string | null> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2)[0]!;
  } catch {
    return null;
  }
}

/** Waits until a process is gone, and reaped. */
async function gone(pid: number): Promise<void> {
  for (let round = 0; await stateOf(pid) !== null; round++) {
    assertLess(round, 500, `process ${pid} is ${await stateOf(pid)}`);
    await sleep(0.01);
  }
}

testWithProcess("ProcessPoolExecutor runs in another process", async (pool) => {
  const pid = await pool.submit(() => Deno.pid);
  assert(pid !== Deno.pid);
  assertEquals(await pool.submit(() => Deno.pid), pid);
});

testWithProcess(
  "a cancelled job is killed in the midst of a loop without end",
  async (pool) => {
    const pid = await pool.submit(() => Deno.pid);
    const start = performance.now();
    await assertRejects(
      async () => await waitFor(pool.submit("spinForever"), 0.1),
      TimeoutError,
    );
    assertLess(performance.now() - start, 5000);
    // Its only process is replaced.
    const next = await pool.submit(() => Deno.pid);
    assert(next !== pid);
    await gone(pid);
  },
);

testWithProcess(
  "killing a job starts the next one that waits",
  async (pool) => {
    const spinning = pool.submit("spinForever");
    const waiting = pool.submit("add", 1, 2);
    await sleep(0.05);
    spinning.cancel();
    assertEquals(await waiting, 3);
  },
);

testWithProcess("a job can be cancelled at any moment", async (pool) => {
  for (const delay of [0, 0.001, 0.01, 0.03, 0.05, 0.07]) {
    const job = pool.submit("spinForever");
    await sleep(delay);
    assert(job.cancel());
    await assertRejects(async () => await job);
  }
  assertEquals(await pool.submit("add", 1, 2), 3);
});

testWithProcess(
  "ProcessPoolExecutor leaves no process behind",
  async (pool) => {
    const pid = await pool.submit(() => Deno.pid);
    assert(await stateOf(pid) !== null);
    await pool.shutdown();
    await gone(pid);
  },
);

testWithProcess(
  "ProcessPoolExecutor replaces a process that was killed",
  async (pool) => {
    const error = await assertRejects(
      async () => await pool.submit("killItself"),
      WorkerDiedError,
    );
    assertMatch(error.message, /its process ended by SIGKILL$/);
    assertEquals(await pool.submit("add", 1, 2), 3);
  },
);

testWithProcess(
  "ProcessPoolExecutor replaces a process that dies idle",
  async (pool) => {
    const pid = await pool.submit(() => Deno.pid);
    Deno.kill(pid, "SIGKILL");
    await gone(pid);
    await sleep(0.05);
    assertEquals(await pool.submit("add", 1, 2), 3);
  },
);

testWithProcess(
  "what a job prints goes to the standard error",
  async (pool) => {
    await pool.submit("add", 1, 2);
    const { lines, stderr } = await runProgram("pooled.ts", {
      args: ["print"],
    });
    assertEquals(lines, ["3"]);
    assertEquals(stderr, "by console.log\nby Deno.stdout\n");
  },
);

testWithProcess(
  "a program that writes to the standard output of a job fails the job",
  async (pool) => {
    const error = await assertRejects(
      async () => await pool.submit("spoilOutput"),
      WorkerDiedError,
    );
    assertMatch(error.message, /its result cannot be read/);
    assertMatch(String(error.cause), /something else was written/);
    assertEquals(await pool.submit("add", 1, 2), 3);
  },
);

testWithProcess(
  "a job finds its standard input at its end, and takes no other's job away",
  async (pool) => {
    const read = pool.submit(async () => {
      const bytes = new Uint8Array(100);
      let size = 0;
      for await (const chunk of Deno.stdin.readable) size += chunk.length;
      return [await Deno.stdin.read(bytes), Deno.stdin.readSync(bytes), size];
    });
    const next = pool.submit("add", 1, 2);
    assertEquals(await read, [null, null, 0]);
    assertEquals(await next, 3);
  },
);

testWithProcess(
  "ProcessPoolExecutor resolves imports as the module's project does",
  async (pool) => {
    assertEquals(await pool.submit("throughImportMap"), true);
  },
);

testWithProcess(
  "ProcessPoolExecutor starts its processes with the flags it is given",
  async (pool) => {
    assertEquals(await pool.submit("isPermitted", "read"), "granted");
    assertEquals(await pool.submit("isPermitted", "net"), "prompt");
  },
  { args: ["--allow-read"] },
);

testWithProcess(
  "ProcessPoolExecutor tells what keeps a process from starting",
  async (pool) => {
    await assertRejects(
      async () => await pool.submit("add", 1, 2),
      Deno.errors.NotFound,
    );
  },
  { command: "/there/is/no/such/program" },
);

testWithProcess(
  "ProcessPoolExecutor tells what keeps a module from loading",
  async (pool) => {
    await assertRejects(
      async () => await pool.submit("add", 1, 2),
      TypeError,
      "Requires read access",
    );
  },
  { args: [] },
);

testWithProcess(
  "ProcessPoolExecutor notices a program that is no Deno",
  async (pool) => {
    await assertRejects(
      async () => await pool.submit("add", 1, 2),
      WorkerDiedError,
      "its process ended with code 1",
    );
  },
  { command: "/bin/false" },
);

testWithProcess(
  "ProcessPoolExecutor has 10 MiB on its way in both directions",
  async (pool) => {
    const bytes = new Uint8Array(10 * 1024 * 1024);
    crypto.getRandomValues(bytes.subarray(0, 65536));
    const echo = await pool.submit("echo", bytes) as Uint8Array;
    assertEquals(echo.length, bytes.length);
    assertEquals(echo.slice(0, 65536), bytes.slice(0, 65536));
  },
);

Deno.test("ProcessPoolExecutor refuses to start a compiled program over and over", async () => {
  const { build } = Deno;
  Object.defineProperty(Deno, "build", {
    value: { ...build, standalone: true },
    configurable: true,
  });
  try {
    await run(async () => {
      const pool = new ProcessPoolExecutor();
      assertThrows(() => pool.submit(() => 1), NotImplementedError, "compiled");
      await pool.shutdown();
    });
  } finally {
    Object.defineProperty(Deno, "build", { value: build, configurable: true });
  }
});

// Whole programs.

Deno.test("an idle process does not keep its program alive", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    args: ["idleProcess"],
  });
  assertEquals([code, lines], [0, ["3"]]);
});

Deno.test("a job in a process keeps the program alive", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    args: ["pendingProcess"],
  });
  assertEquals([code, lines], [0, ["late"]]);
});

Deno.test("a program that ends takes its busy processes along", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    args: ["abandoned"],
  });
  assertEquals(code, 7);
  const pid = Number(lines[0]);
  assertGreater(pid, 0);
  // Reaping it is up to the system, now that its parent is gone.
  let state = await stateOf(pid);
  while (state !== null && state !== "Z") state = await stateOf(pid);
});

Deno.test("a busy process whose program was killed ends after its job, quietly", async () => {
  const program = startProgram("pooled.ts", { args: ["killed"] });
  const pid = Number(await program.line());
  program.kill("SIGKILL");
  // It has the standard error, too: that ends when both have.
  const { signal, stderr } = await program.ending();
  assertEquals([signal, stderr], ["SIGKILL", ""]);
  let state = await stateOf(pid);
  while (state !== null && state !== "Z") state = await stateOf(pid);
});

Deno.test("Ctrl-C in the terminal is left to the program that has the pool", async () => {
  const program = startProgram("pooled.ts", { args: ["interrupted"] });
  await program.until("ready");
  // A terminal sends it to the whole group: the children get it, too.
  for (const pid of await childrenOf(program.pid)) Deno.kill(pid, "SIGINT");
  program.kill("SIGINT");
  const { code, lines } = await program.ending();
  assertEquals([code, lines.sort()], [
    0,
    ["SIGINT", "finished in spite of it", "ready"],
  ]);
});

async function childrenOf(pid: number): Promise<number[]> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const text = await Deno.readTextFile(path);
  return text.split(" ").filter((word) => word !== "").map(Number);
}

Deno.test("ProcessPoolExecutor allows its processes what the program may as a whole", async () => {
  const { code, lines, stderr } = await runProgram("pooled.ts", {
    flags: [
      "--no-prompt",
      "--allow-read",
      "--allow-run",
      "--allow-net=127.0.0.1",
      "--allow-write",
      "--deny-write=/etc",
    ],
    args: ["permissions"],
  });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(lines, [
    "read granted",
    "run granted",
    "net prompt",
    "env prompt",
    "write prompt",
  ]);
});

Deno.test("ProcessPoolExecutor without permission passes Deno's error on", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    flags: ["--no-prompt"],
    args: ["unpermittedProcess"],
  });
  assertEquals(code, 0);
  assertMatch(lines[0]!, /^true NotCapable: Requires run access/);
});

// Deno prints why the process ended: that is why it is a whole program.
Deno.test("a job that closes the standard output fails", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    args: ["closeOutput"],
  });
  assertEquals([code, lines], [0, [
    "WorkerDiedError: Cannot finish job 'closeOutput': its process ended " +
    "with code 1",
    "3",
  ]]);
});
