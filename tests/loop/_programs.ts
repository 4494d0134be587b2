/** What a program that has ended left behind. */
export interface Ending {
  /** The exit code; 128 and more if a signal ended it. */
  code: number;
  /** The signal that ended it. */
  signal: Deno.Signal | null;
  /** The lines that it printed. */
  lines: string[];
  /** What it printed to the standard error. */
  stderr: string;
}

/** Options of {@linkcode startProgram}. */
export interface ProgramOptions {
  /** Flags of `deno run`; by default everything is allowed. */
  flags?: readonly string[];
  /** Arguments of the program. */
  args?: readonly string[];
}

const FOLDER = new URL("./programs/", import.meta.url);

/** A program under `programs/` that runs as a process of its own. */
export class Program {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly #lines: string[] = [];
  #rest = "";

  /** Takes a process whose output is piped. */
  constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#reader = process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#stderr = new Response(process.stderr).text();
  }

  /** Waits for the next line that it prints; `null` at the end. */
  async line(): Promise<string | null> {
    while (!this.#rest.includes("\n")) {
      const { done, value } = await this.#reader.read();
      if (done) return this.#rest === "" ? null : this.#take(this.#rest.length);
      this.#rest += value;
    }
    return this.#take(this.#rest.indexOf("\n"));
  }

  /** Waits until it prints a line. */
  async until(expected: string): Promise<void> {
    for (;;) {
      const line = await this.line();
      if (line === expected) return;
      if (line !== null) continue;
      throw new Error(`Ended without "${expected}": ${await this.#stderr}`);
    }
  }

  /** The number of its process. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Waits for its end. */
  async ending(): Promise<Ending> {
    while (await this.line() !== null);
    const { code, signal } = await this.#process.status;
    return { code, signal, lines: this.#lines, stderr: await this.#stderr };
  }

  #take(length: number): string {
    const line = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length + 1);
    this.#lines.push(line);
    return line;
  }
}

/** Starts a program. */
export function startProgram(
  path: string,
  { flags = ["--allow-all"], args = [] }: ProgramOptions = {},
): Program {
  const url = new URL(path, FOLDER).href;
  return new Program(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...flags, url, ...args],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

/** Runs a program to its end. */
export async function runProgram(
  path: string,
  options?: ProgramOptions,
): Promise<Ending> {
  return await startProgram(path, options).ending();
}
