import {
  gather,
  ProcessPoolExecutor,
  run,
  toThread,
  transfer,
  WorkerPoolExecutor,
} from "../../loop/mod.ts";
import { timed } from "./timed.ts";
import type { Work } from "./work.ts";

const MODULE = new URL("./executor_work.ts", import.meta.url);
const BARE = new URL("./executor_bare.ts", import.meta.url);

/** Not in the lockfile: it brings binaries for every platform. */
export const PISCINA = "npm:piscina@5.3.2";

/** How many jobs are under way where it is about many. */
const AT_ONCE = 100;

const MEGABYTE = 1024 * 1024;

type WorkModule = typeof import("./executor_work.ts");

/** The workers live on between measurements: what it takes to start them is another work. */
const workers = new WorkerPoolExecutor<WorkModule>(MODULE, { maxWorkers: 1 });
const processes = new ProcessPoolExecutor<WorkModule>(MODULE, {
  maxWorkers: 1,
});
const twoWorkers = new WorkerPoolExecutor<WorkModule>(MODULE, {
  maxWorkers: 2,
});

/** A worker written by hand, with one job at a time. */
class BareWorker {
  readonly #worker = new Worker(BARE, { type: "module" });
  #resolve: (value: unknown) => void = () => {};

  constructor() {
    this.#worker.onmessage = ({ data }) => this.#resolve(data.value);
  }

  call(name: string, args: unknown[], moved?: Transferable): Promise<unknown> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const message = { id: 1, name, args, move: moved !== undefined };
      this.#worker.postMessage(message, moved === undefined ? [] : [moved]);
    });
  }
}

let bareWorker: BareWorker | undefined;
function bare(): BareWorker {
  return bareWorker ??= new BareWorker();
}

interface Piscina {
  run(task: unknown, options: { name: string }): Promise<unknown>;
}

const piscinas = new Map<number, Piscina>();
async function piscina(threads: number): Promise<Piscina> {
  let pool = piscinas.get(threads);
  if (pool === undefined) {
    const { Piscina } = await importPiscina();
    pool = new Piscina({
      filename: MODULE.href,
      minThreads: threads,
      maxThreads: threads,
    }) as Piscina;
    piscinas.set(threads, pool);
  }
  return pool;
}

async function importPiscina() {
  try {
    return await import(PISCINA);
  } catch (cause) {
    throw new Error(
      `Cannot import ${PISCINA}: bench/executor.ts --no-lock measures it`,
      { cause },
    );
  }
}

async function bareAdd(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await bare().call("add", [i, i]);
}

async function piscinaAdd(count: number): Promise<void> {
  const pool = await piscina(1);
  for (let i = 0; i < count; i++) await pool.run([i, i], { name: "addPair" });
}

function ourAdd(pool: typeof workers | typeof processes) {
  return (count: number) =>
    run(async () => {
      for (let i = 0; i < count; i++) await pool.submit("add", i, i);
    });
}

function generatorAdd(count: number): Promise<void> {
  return run(function* () {
    for (let i = 0; i < count; i++) yield* workers.submit("add", i, i);
  });
}

function threadAdd(count: number): Promise<void> {
  const add = (a: number, b: number) => a + b;
  return run(async () => {
    for (let i = 0; i < count; i++) await toThread(add, i, i);
  });
}

/** Calls back in batches: so many jobs are submitted before the first is awaited. */
function inBatches(
  batch: (size: number) => Promise<unknown>,
): (count: number) => Promise<void> {
  return async (count) => {
    for (let i = 0; i < count; i += AT_ONCE) await batch(AT_ONCE);
  };
}

const batch = Array.from({ length: AT_ONCE }, (_, i) => i);

function ourBatches(count: number): Promise<void> {
  return run(() =>
    inBatches(() =>
      Promise.resolve(
        gather(...batch.map((i) => twoWorkers.submit("add", i, i))),
      )
    )(count)
  );
}

async function piscinaBatches(count: number): Promise<void> {
  const pool = await piscina(2);
  const options = { name: "addPair" };
  await inBatches(() =>
    Promise.all(batch.map((i) => pool.run([i, i], options)))
  )(count);
}

async function bareCopy(count: number): Promise<void> {
  const bytes = new Uint8Array(MEGABYTE);
  for (let i = 0; i < count; i++) await bare().call("echo", [bytes]);
}

async function bareMove(count: number): Promise<void> {
  let bytes = new Uint8Array(MEGABYTE);
  for (let i = 0; i < count; i++) {
    const answer = await bare().call("echo", [bytes], bytes.buffer);
    bytes = answer as typeof bytes;
  }
}

function ourCopy(pool: typeof workers | typeof processes) {
  return (count: number) =>
    run(async () => {
      const bytes = new Uint8Array(MEGABYTE);
      for (let i = 0; i < count; i++) await pool.submit("echo", bytes);
    });
}

function ourMove(count: number): Promise<void> {
  return run(async () => {
    let bytes = new Uint8Array(MEGABYTE);
    for (let i = 0; i < count; i++) {
      bytes = await workers.submit("move", transfer(bytes));
    }
  });
}

function ourStart(
  Pool: typeof WorkerPoolExecutor | typeof ProcessPoolExecutor,
) {
  return (count: number) =>
    run(async () => {
      for (let i = 0; i < count; i++) {
        const pool = new Pool<WorkModule>(MODULE, { maxWorkers: 1 });
        await pool.submit("add", i, i);
        await pool.shutdown();
      }
    });
}

async function bareStart(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const worker = new Worker(BARE, { type: "module" });
    await new Promise((resolve) => {
      worker.onmessage = resolve;
      worker.postMessage({ id: 1, name: "add", args: [i, i] });
    });
    worker.terminate();
  }
}

/** Executors: what it costs to have something done elsewhere. */
export const EXECUTOR: readonly Work[] = [
  {
    suite: "micro",
    name: "job",
    title: "a + b in another thread, one after the other",
    unit: "ns",
    cpython: false,
    baseline: "worker by hand",
    budgets: [{ subject: "async", versus: "worker by hand", ratio: 0.6 }],
    subjects: {
      "generator": timed(generatorAdd),
      "async": timed(ourAdd(workers)),
      "async, toThread": timed(threadAdd),
      "async, process": timed(ourAdd(processes)),
      "worker by hand": timed(bareAdd),
      "piscina": timed(piscinaAdd),
    },
  },
  {
    suite: "micro",
    name: "job-100",
    title: "a + b in two threads, 100 jobs at once",
    unit: "ns",
    cpython: false,
    baseline: "piscina",
    budgets: [{ subject: "async", versus: "piscina", ratio: 1 }],
    subjects: {
      "async": timed(ourBatches, AT_ONCE),
      "piscina": timed(piscinaBatches, AT_ONCE),
    },
  },
  {
    suite: "streams",
    name: "job-1MiB",
    title: "1 MiB copied to another thread and back",
    unit: "ns",
    cpython: false,
    baseline: "worker by hand",
    budgets: [{ subject: "async", versus: "worker by hand", ratio: 0.8 }],
    subjects: {
      "async": timed(ourCopy(workers)),
      "async, process": timed(ourCopy(processes)),
      "worker by hand": timed(bareCopy),
    },
  },
  {
    suite: "streams",
    name: "job-1MiB-moved",
    title: "1 MiB moved to another thread and back",
    unit: "ns",
    cpython: false,
    baseline: "worker by hand",
    budgets: [{ subject: "async", versus: "worker by hand", ratio: 0.6 }],
    subjects: {
      "async": timed(ourMove),
      "worker by hand": timed(bareMove),
    },
  },
  {
    suite: "micro",
    name: "start-worker",
    title: "a pool started, used once and shut down",
    unit: "ns",
    cpython: false,
    baseline: "worker by hand",
    budgets: [{ subject: "async", versus: "worker by hand", ratio: 0.5 }],
    subjects: {
      "async": timed(ourStart(WorkerPoolExecutor)),
      "async, process": timed(ourStart(ProcessPoolExecutor)),
      "worker by hand": timed(bareStart),
    },
  },
];
