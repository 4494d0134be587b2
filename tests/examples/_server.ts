import { assertEquals } from "@std/assert";
import { Child, type Outcome } from "./_child.ts";

/** A server of examples/ that a test talks to. */
export class ExampleServer implements AsyncDisposable {
  /** The process. */
  readonly child: Child;
  /** Where it listens. */
  readonly port: number;

  constructor(child: Child, port: number) {
    this.child = child;
    this.port = port;
  }

  /** Starts a server on a port that is free. */
  static async start(
    path: string,
    ...args: readonly string[]
  ): Promise<ExampleServer> {
    return await ExampleServer.of(
      Child.example(path, "--port", "0", ...args),
    );
  }

  /** Starts a server that speaks TLS, with a certificate for localhost. */
  static async startTls(path: string): Promise<ExampleServer> {
    const certificate = "tests/certificates/server";
    return await ExampleServer.of(
      new Child(Deno.execPath(), [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-net",
        `--allow-read=${certificate}.pem,${certificate}.key`,
        `examples/${path}`,
        "--port=0",
        `--cert=${certificate}.pem`,
        `--key=${certificate}.key`,
      ]),
    );
  }

  /** Waits until a server says where it listens. */
  static async of(child: Child): Promise<ExampleServer> {
    const [, port] = await child.waitFor(/127\.0\.0\.1:(\d+)>\n/);
    return new ExampleServer(child, Number(port));
  }

  /** Presses Ctrl-C and checks that the server ends as it should. */
  async stop(): Promise<Outcome> {
    const outcome = await this.child.interrupt();
    assertEquals(outcome.code, 130);
    assertEquals(
      outcome.stderr,
      "KeyboardInterrupt: Ctrl-C ended the main task\n",
    );
    return outcome;
  }

  /** Kills the server if it was not stopped. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.child[Symbol.asyncDispose]();
  }
}
