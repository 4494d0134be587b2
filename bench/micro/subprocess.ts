import { run } from "../../loop/mod.ts";
import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  STDOUT,
} from "../../subprocess/mod.ts";
import { timed } from "./timed.ts";
import type { Work } from "./work.ts";

/** What one operation of the works on pipes moves: what a pipe of Linux holds. */
const BLOCK = new Uint8Array(64 * 1024);

/** Fewer would measure how long it takes to start the process. */
const BLOCKS_AT_ONCE = 1024;

const NOWHERE = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL } as const;
const BARE_NOWHERE = { stdin: "null", stdout: "null", stderr: "null" } as const;

/** Prints so many blocks of zeros. */
function zeros(blocks: number): [string, string[]] {
  return ["head", ["-c", String(blocks * BLOCK.length), "/dev/zero"]];
}

function check(bytes: number, blocks: number): void {
  if (bytes === blocks * BLOCK.length) return;
  throw new Error(`Cannot count bytes: ${bytes} of ${blocks} blocks`);
}

async function bareSpawn(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Deno.Command("true", BARE_NOWHERE).spawn().status;
  }
}

function spawn(count: number): Promise<void> {
  return run(async () => {
    for (let i = 0; i < count; i++) {
      const process = await createSubprocessExec("true", NOWHERE);
      await process.wait();
    }
  });
}

function spawnGenerator(count: number): Promise<void> {
  return run(function* () {
    for (let i = 0; i < count; i++) {
      const process = yield* createSubprocessExec("true", NOWHERE);
      yield* process.wait();
    }
  });
}

async function bareOutput(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Deno.Command("echo", { args: ["hello"] }).output();
  }
}

function communicate(stderr: typeof PIPE | typeof STDOUT) {
  return (count: number): Promise<void> =>
    run(async () => {
      const options = { stdin: null, stdout: PIPE, stderr };
      for (let i = 0; i < count; i++) {
        const process = await createSubprocessExec("echo", "hello", options);
        await process.communicate();
      }
    });
}

async function bareRead(blocks: number): Promise<void> {
  const [command, args] = zeros(blocks);
  const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();
  let bytes = 0;
  for await (const chunk of child.stdout) bytes += chunk.length;
  check(bytes, blocks);
  await child.status;
}

/** The fastest way there is: into memory that is used again. */
async function bareReadInto(blocks: number): Promise<void> {
  const [command, args] = zeros(blocks);
  const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();
  const reader = child.stdout.getReader({ mode: "byob" });
  let bytes = 0;
  let memory = new ArrayBuffer(BLOCK.length);
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(memory));
    if (done) break;
    bytes += value.length;
    memory = value.buffer;
  }
  check(bytes, blocks);
  await child.status;
}

function read(blocks: number): Promise<void> {
  return run(async () => {
    const [command, args] = zeros(blocks);
    const options = { stdout: PIPE } as const;
    const process = await createSubprocessExec(command, ...args, options);
    let bytes = 0;
    for (;;) {
      const { length } = await process.stdout.read(BLOCK.length);
      if (length === 0) break;
      bytes += length;
    }
    check(bytes, blocks);
    await process.wait();
  });
}

async function bareWrite(blocks: number): Promise<void> {
  const child = new Deno.Command("sh", {
    args: ["-c", "exec cat >/dev/null"],
    stdin: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  for (let i = 0; i < blocks; i++) await writer.write(BLOCK);
  await writer.close();
  await child.status;
}

function write(blocks: number): Promise<void> {
  return run(async () => {
    const process = await createSubprocessShell("exec cat >/dev/null", {
      stdin: PIPE,
    });
    for (let i = 0; i < blocks; i++) {
      process.stdin.write(BLOCK);
      await process.stdin.drain();
    }
    process.stdin.close();
    await process.wait();
  });
}

/** Child processes: what starting one costs, and how fast its pipes are. */
export const SUBPROCESS: readonly Work[] = [
  {
    suite: "micro",
    name: "spawn",
    title: "starting `true` and waiting for its end",
    unit: "ns",
    cpython: false,
    baseline: "bare",
    budgets: [{ subject: "async", versus: "bare", ratio: 0.8 }],
    subjects: {
      "generator": timed(spawnGenerator),
      "async": timed(spawn),
      "bare": timed(bareSpawn),
    },
  },
  {
    suite: "micro",
    name: "communicate",
    title: "what `echo` prints, collected",
    unit: "ns",
    cpython: false,
    baseline: "bare",
    budgets: [{ subject: "async", versus: "bare", ratio: 0.8 }],
    subjects: {
      "async": timed(communicate(PIPE)),
      "async, STDOUT": timed(communicate(STDOUT)),
      "bare": timed(bareOutput),
    },
  },
  {
    suite: "streams",
    name: "pipe-read",
    title: "64 KiB from a child's stdout",
    unit: "ns",
    cpython: false,
    baseline: "bare",
    budgets: [{ subject: "async", versus: "bare", ratio: 0.85 }],
    subjects: {
      "async": timed(read, BLOCKS_AT_ONCE),
      "bare": timed(bareRead, BLOCKS_AT_ONCE),
      "bare, into a buffer": timed(bareReadInto, BLOCKS_AT_ONCE),
    },
  },
  {
    suite: "streams",
    name: "pipe-write",
    title: "64 KiB to a child's stdin",
    unit: "ns",
    cpython: false,
    baseline: "bare",
    budgets: [{ subject: "async", versus: "bare", ratio: 0.8 }],
    subjects: {
      "async": timed(write, BLOCKS_AT_ONCE),
      "bare": timed(bareWrite, BLOCKS_AT_ONCE),
    },
  },
];
