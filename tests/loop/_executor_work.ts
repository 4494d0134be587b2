/** What the executors of the tests run. It runs in workers and in processes. */
import { currentJob, transfer } from "../../loop/executor/job.ts";

/** An error of the user's, with a field of its own. */
export class OrderError extends RangeError {
  override name = "OrderError";
  readonly code = "E_ORDER";

  constructor(message: string, readonly order: number) {
    super(message);
  }
}

export function add(a: number, b: number): number {
  return a + b;
}

export function echo<T>(value: T): T {
  return value;
}

export async function slowly<T>(milliseconds: number, value: T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return value;
}

/** Who runs it, after some time: two at once are not the same. */
export async function whoRuns(milliseconds: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return `${Deno.pid} ${self.name}`;
}

/** Counts the calls of this worker. */
export function count(): number {
  const counter = globalThis as { calls?: number };
  return counter.calls = (counter.calls ?? 0) + 1;
}

export function failWith(kind: string): never {
  throw ERRORS[kind]!();
}

const ERRORS: Record<string, () => unknown> = {
  type: () => new TypeError("wrong type"),
  order: () => new OrderError("out of order", 7),
  system: () => {
    try {
      return Deno.readTextFileSync("/there/is/no/such/file");
    } catch (error) {
      return error;
    }
  },
  caused: () =>
    new Error("outer", {
      cause: new RangeError("inner", { cause: "a string" }),
    }),
  circular: () => {
    const error = new Error("circular");
    error.cause = error;
    return error;
  },
  aggregate: () =>
    new AggregateError([new TypeError("one"), new RangeError("two")], "both"),
  dom: () => new DOMException("took too long", "TimeoutError"),
  string: () => "just a string",
  object: () => ({ just: "an object" }),
  function: () => () => "not even that",
  uncloneable: () =>
    Object.assign(new Error("with fields"), { ok: 1, not: () => {} }),
};

export function returnFunction(): unknown {
  return () => {};
}

/** Never looks whether it was cancelled. */
export function spinForever(): never {
  for (;;);
}

export function spinFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Looks at the shared flag. */
export function spinUntilCancelled(): number {
  const job = currentJob()!;
  let turns = 0;
  while (!job.cancelled) turns++;
  return turns;
}

/** Listens for the signal. */
export function waitForSignal(port: MessagePort): Promise<void> {
  const { signal } = currentJob()!;
  port.postMessage("started");
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => {
      port.postMessage(`aborted: ${signal.reason.name}`);
      resolve();
    })
  );
}

export function jobName(): string | undefined {
  return currentJob()?.name;
}

export function exit(code: number): void {
  Deno.exit(code);
}

export function close(): Promise<never> {
  self.close();
  return new Promise(() => {});
}

export function throwLater(): Promise<never> {
  setTimeout(() => {
    throw new OrderError("nobody catches it", 1);
  });
  return new Promise(() => {});
}

export function rejectUnseen(): Promise<never> {
  Promise.reject(new TypeError("nobody awaits it"));
  return new Promise(() => {});
}

export function fill(bytes: Uint8Array<ArrayBuffer>, value: number) {
  return transfer(bytes.fill(value));
}

export function print(): void {
  console.log("by console.log");
  Deno.stdout.writeSync(new TextEncoder().encode("by Deno.stdout\n"));
}

/** Lets a program of its own write to where its results go. */
export async function spoilOutput(): Promise<void> {
  await new Deno.Command("echo", { args: ["noise"], stdout: "inherit" })
    .output();
}

/** Leaves nothing to send its result through. */
export function closeOutput(): void {
  Deno.stdout.close();
}

export function killItself(): void {
  Deno.kill(Deno.pid, "SIGKILL");
  for (;;);
}

export function isPermitted(name: Deno.PermissionName): string {
  return Deno.permissions.querySync({ name }).state;
}

export function throughImportMap(): Promise<boolean> {
  return import("@std/assert").then((module) => "assertEquals" in module);
}
