/** The longest that a child may take for what a test waits for. */
const PATIENCE = 30_000;

const ROOT = new URL("../../", import.meta.url);

/** What a child process came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A child process that a test talks to; one that is left over when the test
 * ends is killed.
 */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stdout: Text;
  readonly #stderr: Text;
  #ended = false;

  /** Starts a command in the root folder of the repository. */
  constructor(command: string | URL, args: readonly string[]) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    this.#stdout = new Text(this.#process.stdout);
    this.#stderr = new Text(this.#process.stderr);
  }

  /** Starts a program of examples/, with no permission but the network. */
  static example(path: string, ...args: readonly string[]): Child {
    return new Child(Deno.execPath(), [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-net",
      `examples/${path}`,
      ...args,
    ]);
  }

  /**
   * Waits until the standard output matches, from where the last wait ended.
   *
   * @returns The match.
   */
  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    const match = await within(PATIENCE, this.#stdout.find(pattern));
    if (match !== null) return match;
    throw new Error(
      `Cannot find ${pattern}: the process ended after ${this.#stdout}` +
        `${this.#stderr}`,
    );
  }

  /** Writes to the standard input. */
  async write(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  /** Closes the standard input. */
  async closeInput(): Promise<void> {
    try {
      await this.#stdin.close();
    } catch {
      // The process has ended, or it was closed before.
    }
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Presses Ctrl-C, then waits for the end. */
  async interrupt(): Promise<Outcome> {
    this.#process.kill("SIGINT");
    // Its input stays open till then: an end of it could win the race.
    await within(PATIENCE, this.#process.status);
    return this.end();
  }

  /** Waits for the end. */
  async end(): Promise<Outcome> {
    await this.closeInput();
    const { code } = await within(PATIENCE, this.#process.status);
    this.#ended = true;
    const stdout = await this.#stdout.all();
    const stderr = await this.#stderr.all();
    return { code, stdout, stderr };
  }

  /** Kills the process if it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#process.kill("SIGKILL");
    await this.end();
  }
}

/** Waits for a promise, but not for ever: a test must not hang. */
async function within<T>(milliseconds: number, promise: Promise<T>) {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error("Cannot go on waiting for the child process")),
    milliseconds,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The text of a stream as far as it has arrived. */
class Text {
  #text = "";
  #position = 0;
  #changed = Promise.withResolvers<void>();
  readonly #end: Promise<void>;
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#end = this.#collect(stream);
  }

  /** Waits for a match; `null` if the stream ends without one. */
  async find(pattern: RegExp): Promise<RegExpExecArray | null> {
    while (true) {
      const match = pattern.exec(this.#text.slice(this.#position));
      if (match !== null) {
        this.#position += match.index + match[0].length;
        return match;
      }
      if (this.#ended) return null;
      await this.#changed.promise;
    }
  }

  /** Waits for the end and returns everything. */
  async all(): Promise<string> {
    await this.#end;
    return this.#text;
  }

  toString(): string {
    return this.#text;
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#text += text;
      this.#notify();
    }
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
