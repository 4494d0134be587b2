import { runJson } from "./processes.ts";

/** A CPython that the benches can compare with. */
export interface Interpreter {
  readonly command: string;
  readonly version: string;
  /** The version of its uvloop, or null. */
  readonly uvloop: string | null;
}

/** Newest first. A distribution's own python3 is asked too, because that is where its uvloop package is installed. */
const COMMANDS = [
  "python3.14",
  "python3.13",
  "python3.12",
  "python3.11",
  "python3",
  "/usr/bin/python3",
];

/** `asyncio.timeout` and `TaskGroup` came with this version. */
const OLDEST_MINOR = 11;

async function probe(command: string): Promise<Interpreter | null> {
  const script = new URL("peers/micro.py", import.meta.url).pathname;
  try {
    const { figure } = await runJson<
      { figure: { python: string; uvloop: string | null } }
    >(
      command,
      [script, "versions"],
      { seconds: 10 },
    );
    const minor = Number(figure.python.split(".")[1]);
    return minor >= OLDEST_MINOR
      ? { command, version: figure.python, uvloop: figure.uvloop }
      : null;
  } catch {
    return null;
  }
}

/**
 * Looks for CPython.
 *
 * @param wanted The command to use; null looks through the usual names.
 * @returns The interpreter for asyncio and the one for uvloop, which need not be the same; null for what is missing.
 */
export async function findInterpreters(
  wanted: string | null,
): Promise<{ cpython: Interpreter | null; uvloop: Interpreter | null }> {
  const commands = wanted === null ? COMMANDS : [wanted, ...COMMANDS];
  const found = (await Promise.all(commands.map(probe))).filter((interpreter) =>
    interpreter !== null
  );
  return {
    cpython: found[0] ?? null,
    uvloop: found.find((interpreter) => interpreter.uvloop !== null) ?? null,
  };
}
