/** Which core a child process is pinned to, where `taskset` exists: servers on one, load on the other. */
export type Core = "server" | "load" | null;

const CORES = { server: "0", load: "1" } as const;

/** How much of what a child complains about is kept for the report, from its beginning. */
const COMPLAINT_CHARACTERS = 2000;

/** How the benches start Deno programs; the collector is called by name where memory is measured. */
export const DENO_RUN: readonly string[] = [
  "run",
  "--allow-all",
  "--quiet",
  "--v8-flags=--expose-gc",
];

const running = new Set<Child>();

let pinning: boolean | undefined;

/** Returns whether child processes can be pinned to a core: there are two, and `taskset` is installed. */
export function canPin(): boolean {
  return pinning ??= navigator.hardwareConcurrency > 1 &&
    canRun("taskset", ["-c", "0", "true"]);
}

/** Returns whether a program is there and ends well. */
export function canRun(command: string, args: string[]): boolean {
  return textOf(command, args) !== null;
}

/** Runs a short program and returns what it printed, or null if it is missing or failed. */
export function textOf(command: string, args: string[]): string | null {
  try {
    const { success, stdout } = new Deno.Command(command, {
      args,
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

/** One child process of the benchmark: a server, a load generator, a micro bench. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #complaint = "";
  readonly #heard: Promise<void>;

  /**
   * Starts a program. `taskset` replaces itself with it, so the id is the program's own.
   *
   * @param command The program.
   * @param args Its arguments.
   * @param core The core it is pinned to, if that is possible.
   */
  constructor(command: string, args: readonly string[], core: Core = null) {
    const pinned = core !== null && canPin();
    const line = pinned
      ? ["taskset", "-c", CORES[core], command, ...args]
      : [command, ...args];
    this.#process = new Deno.Command(line[0]!, {
      args: line.slice(1),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    running.add(this);
    this.#lines = this.#process.stdout
      .pipeThrough(
        new TextDecoderStream() as TransformStream<
          Uint8Array<ArrayBuffer>,
          string
        >,
      )
      .pipeThrough(new LineStream()).getReader();
    this.#heard = this.#listen();
  }

  /** The process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The first two lines of what the child wrote to standard error, for a report on why it failed. */
  get complaint(): string {
    return this.#complaint.trim().split("\n", 2).join(" ");
  }

  async #listen(): Promise<void> {
    for await (
      const text of this.#process.stderr.pipeThrough(
        new TextDecoderStream() as TransformStream<
          Uint8Array<ArrayBuffer>,
          string
        >,
      )
    ) {
      this.#complaint = (this.#complaint + text).slice(0, COMPLAINT_CHARACTERS);
    }
  }

  /**
   * Waits for the next line the child prints.
   *
   * @param seconds How long to wait for it.
   * @returns The line.
   * @throws {Error} If the child ended or stayed silent; the message holds what it wrote to standard error.
   */
  async line(seconds: number): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), seconds * 1000);
    const next = await Promise.race([this.#lines.read(), promise]);
    clearTimeout(timer);
    if (next?.value !== undefined) return next.value;
    await this.stop();
    const state = next === null ? `no line within ${seconds} s` : "it ended";
    throw new Error(
      `Cannot read from child process: ${state}. ${this.complaint}`.trim(),
    );
  }

  /** Ends the child, by its id, and waits until it is gone. */
  async stop(): Promise<void> {
    running.delete(this);
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#process.status;
    await this.#heard;
    await this.#lines.cancel();
    await this.#process.stdin.close().catch(() => {});
  }
}

/** Cuts a text stream into lines. */
class LineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}

/**
 * Runs a program that prints one JSON line and ends.
 *
 * @param command The program.
 * @param args Its arguments.
 * @param options The core it is pinned to, and how many seconds it may take.
 * @returns What it printed.
 * @throws {Error} If it failed or took longer.
 */
export async function runJson<T>(
  command: string,
  args: readonly string[],
  options: { core?: Core; seconds: number },
): Promise<T> {
  const child = new Child(command, args, options.core);
  try {
    return JSON.parse(await child.line(options.seconds)) as T;
  } finally {
    await child.stop();
  }
}

/** Ends every child that is still running; for when the benchmark itself is interrupted. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}
