import { assert, assertEquals, assertRejects } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { type LogRecord, setLogger } from "../../loop/log.ts";
import { currentLoop } from "../../loop/running.ts";
import { NotImplementedError } from "../../loop/errors.ts";
import { DEVNULL } from "../../transports/subprocess_stdio.ts";
import { SubprocessProtocol } from "../../transports/subprocess_protocol.ts";
import type { SubprocessTransport } from "../../transports/subprocess_transport.ts";
import { describeReport, real } from "./_real.ts";

/** A protocol that notes what it is told. */
class Witness extends SubprocessProtocol {
  readonly events: string[] = [];
  readonly printed: Record<number, string> = { 1: "", 2: "" };
  readonly errors: (Error | null)[] = [];
  readonly lost = Promise.withResolvers<void>();
  /** Called with every event, from within it. */
  on: (event: string) => void = () => {};
  transport!: SubprocessTransport;

  override connectionMade(transport: SubprocessTransport): void {
    this.transport = transport;
    this.#note("made");
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.printed[fd] += new TextDecoder().decode(data);
    this.#note(`data ${fd}`);
  }

  override pipeConnectionLost(fd: number, error: Error | null): void {
    this.errors.push(error);
    this.#note(`lost ${fd}`);
  }

  override processExited(): void {
    this.#note(`exited ${this.transport.getReturncode()}`);
  }

  override pauseWriting(): void {
    this.#note("pause");
  }

  override resumeWriting(): void {
    this.#note("resume");
  }

  override connectionLost(error: Error | null): void {
    this.errors.push(error);
    this.#note("lost");
    this.lost.resolve();
  }

  #note(event: string): void {
    if (this.events.at(-1) !== event) this.events.push(event);
    this.on(event);
  }
}

Deno.test("loop.subprocessExec() tells the protocol all, first and last in order (SP4)", () =>
  real(async () => {
    const [transport, witness] = await currentLoop().subprocessExec(
      () => new Witness(),
      "sh",
      "-c",
      "cat; echo error >&2; exit 3",
    );
    assertEquals(witness.transport, transport);
    assertEquals(transport.getProtocol(), witness);
    assertEquals(transport.getReturncode(), null);
    transport.getPipeTransport(0)!.write("input");
    transport.getPipeTransport(0)!.close();
    await witness.lost.promise;
    assertEquals(witness.printed, { 1: "input", 2: "error\n" });
    assertEquals(transport.getReturncode(), 3);
    assertEquals(witness.events[0], "made");
    assertEquals(witness.events.at(-1), "lost");
    assertEquals(
      witness.events.toSorted(),
      [
        "data 1",
        "data 2",
        "exited 3",
        "lost",
        "lost 0",
        "lost 1",
        "lost 2",
        "made",
      ],
    );
    assertEquals(witness.errors, [null, null, null, null]);
    assert(transport.isClosing());
  }));

Deno.test("loop.subprocessShell() joins the streams to what is asked for", () =>
  real(async () => {
    const [transport, witness] = await currentLoop().subprocessShell(
      () => new Witness(),
      "echo out",
      { stdin: DEVNULL, stderr: null },
    );
    assertEquals(transport.getPipeTransport(0), null);
    assertEquals(transport.getPipeTransport(2), null);
    assertEquals(transport.getPipeTransport(7), null);
    await witness.lost.promise;
    assertEquals(witness.printed[1], "out\n");
  }));

Deno.test("SubprocessTransport tells nothing before connectionMade (SP7)", () =>
  real(async () => {
    const witness = new Witness();
    const start = createTask(
      currentLoop().subprocessExec(
        () => witness,
        "echo",
        "early",
      ),
    );
    witness.on = (event) => {
      if (event !== "made") return;
      const until = performance.now() + 20;
      while (performance.now() < until);
      witness.transport.getPipeTransport(0)!.write("too early to be read");
    };
    await start;
    await witness.lost.promise;
    assertEquals(witness.events[0], "made");
    assertEquals(witness.printed[1], "early\n");
  }));

Deno.test("SubprocessTransport.close() kills and drops the pipes (SP6)", () =>
  real(async () => {
    const records: LogRecord[] = [];
    const [transport, witness] = await currentLoop().subprocessExec(
      () => new Witness(),
      "sleep",
      "1000",
    );
    setLogger((record) => records.push(record));
    try {
      transport.close();
      transport.close();
    } finally {
      setLogger(null);
    }
    assert(transport.isClosing());
    await witness.lost.promise;
    transport.close();
    assertEquals(transport.getReturncode(), -9);
    const pid = transport.getPid();
    assertEquals(records.map(({ level, message }) => [level, message]), [[
      "debug",
      "Close running child process: kill " +
      `<SubprocessTransport pid=${pid} running>`,
    ]]);
    assertEquals(
      `${transport}`,
      `<SubprocessTransport pid=${pid} returncode=-9>`,
    );
  }));

Deno.test("SubprocessTransport is gone at the end of an await using block", () =>
  real(async () => {
    const witness = new Witness();
    {
      await using _ = (await currentLoop().subprocessExec(
        () => witness,
        "sleep",
        "1000",
      ))[0];
    }
    assertEquals(witness.events.at(-1), "lost");
  }));

Deno.test("SubprocessTransport pauses and resumes writing (P9)", () =>
  real(async () => {
    const [transport, witness] = await currentLoop().subprocessExec(
      () => new Witness(),
      "cat",
    );
    const input = transport.getPipeTransport(0)!;
    input.setWriteBufferLimits(1000);
    input.write(new Uint8Array(1 << 20));
    assertEquals(witness.events.at(-1), "pause");
    input.close();
    await witness.lost.promise;
    assert(witness.events.includes("resume"));
    assertEquals(witness.printed[1]!.length, 1 << 20);
  }));

Deno.test("SubprocessTransport has pipes for one direction each", () =>
  real(async (reports) => {
    const [transport, witness] = await currentLoop().subprocessExec(
      () => new Witness(),
      "sleep",
      "1000",
    );
    const output = transport.getPipeTransport(1)!;
    assertEquals(output.canWriteEof(), false);
    assert(transport.getPipeTransport(0)!.canWriteEof());
    output.write("nobody reads this");
    while (!witness.events.includes("lost 1")) await pass();
    const [report] = reports.splice(0);
    assert(report?.exception instanceof NotImplementedError);
    transport.close();
    await witness.lost.promise;
  }));

Deno.test("SubprocessTransport knows the process beneath", () =>
  real(async () => {
    const [transport, witness] = await currentLoop().subprocessExec(
      () => new Witness(),
      "true",
    );
    const child = transport.getExtraInfo("subprocess") as Deno.ChildProcess;
    assertEquals(child.pid, transport.getPid());
    assertEquals(transport.getExtraInfo("peername"), null);
    assertEquals(transport.getExtraInfo("no such thing", 5), 5);
    await witness.lost.promise;
  }));

Deno.test("SubprocessTransport.setProtocol() sends events elsewhere", () =>
  real(async () => {
    const [transport, first] = await currentLoop().subprocessExec(
      () => new Witness(),
      "cat",
    );
    const second = new Witness();
    second.transport = transport;
    transport.setProtocol(second);
    assertEquals(transport.getProtocol(), second);
    transport.getPipeTransport(0)!.write("for the second");
    transport.getPipeTransport(0)!.close();
    await second.lost.promise;
    assertEquals(first.events, ["made"]);
    assertEquals(second.printed[1], "for the second");
  }));

Deno.test("SubprocessTransport reports what its protocol throws, and goes on", () =>
  real(async (reports) => {
    const witness = new Witness();
    witness.on = (event) => {
      throw new Error(event);
    };
    const [transport] = await currentLoop().subprocessShell(
      () => witness,
      "echo x; exit 1",
      { stdin: null, stderr: null },
    );
    while (!witness.events.includes("lost")) await pass();
    assertEquals(transport.getReturncode(), 1);
    const [made, ...others] = reports.splice(0);
    assert(/connectionMade|anonymous/.test(made!.message), made!.message);
    assertEquals(others.map(describeReport).toSorted(), [
      "Exception in callback connectionLost(): Error: lost",
      "Exception in callback pipeConnectionLost(): Error: lost 1",
      "Exception in callback pipeDataReceived(): Error: data 1",
      "Exception in callback processExited(): Error: exited 1",
    ]);
  }));

Deno.test("SubprocessTransport takes any object as its protocol", () =>
  real(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await currentLoop().subprocessExec(
      () => ({ connectionLost: () => resolve() }),
      "cat",
      { stdin: DEVNULL },
    );
    await promise;
  }));

Deno.test("loop.subprocessExec() starts nothing if the factory fails", () =>
  real(async () => {
    await assertRejects(
      async () =>
        await currentLoop().subprocessExec(
          () => {
            throw new Error("boom");
          },
          "sleep",
          "1000",
        ),
      Error,
      "boom",
    );
  }));

Deno.test("SubprocessTransport calls back outside any task, in the context it was made in", () =>
  real(async () => {
    const storage = new AsyncLocalStorage<string>();
    const witness = new Witness();
    const strange = new Set<string>();
    witness.on = (event) => {
      const place = `${storage.getStore()} ${currentTask()}`;
      if (place !== "made here null") strange.add(`${event}: ${place}`);
    };
    const start = () => currentLoop().subprocessExec(() => witness, "cat");
    const [transport] = await storage.run(
      "made here",
      async () => await start(),
    );
    await storage.run("used here", async () => {
      const input = transport.getPipeTransport(0)!;
      input.write(new Uint8Array(1 << 20));
      input.close();
      await witness.lost.promise;
    });
    for (const event of ["pause", "resume", "data 1", "exited 0", "lost"]) {
      assert(witness.events.includes(event), event);
    }
    assertEquals([...strange], []);
  }));

/** Lets the runtime go on. */
function pass(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
