import { canPin, textOf } from "./processes.ts";
import type { Interpreter } from "./interpreters.ts";
import { PEER_VERSIONS } from "./micro/peers.ts";

/** Where and with what the figures were measured. */
export interface Machine {
  readonly date: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  /** Load average over the last minute when the run began: near 0 on a machine that has nothing else to do. */
  readonly loadBefore: number;
  /** Whether servers and load ran on a core each. */
  readonly pinned: boolean;
  readonly versions: Readonly<Record<string, string | null>>;
}

function cpuModel(): string {
  try {
    return /model name\s*:\s*(.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))
      ?.[1] ?? Deno.build.arch;
  } catch {
    return Deno.build.arch;
  }
}

/** The commit that is checked out, with a plus sign if files differ from it. */
function commit(): string {
  const id = textOf("git", ["rev-parse", "--short", "HEAD"]);
  if (id === null) return "unknown";
  return textOf("git", ["status", "--porcelain", "--untracked-files=no"]) === ""
    ? id
    : `${id}+`;
}

/**
 * Describes this machine.
 *
 * @param cpython The interpreter that is compared with, or null.
 * @param uvloop The interpreter that has uvloop, or null.
 */
export function describeMachine(
  cpython: Interpreter | null,
  uvloop: Interpreter | null,
): Machine {
  return {
    date: new Date().toISOString(),
    commit: commit(),
    cpu: cpuModel(),
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    kernel: `${Deno.build.os} ${Deno.osRelease()}`,
    loadBefore: Deno.loadavg()[0]!,
    pinned: canPin(),
    versions: {
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      node: textOf("node", ["--version"])?.slice(1) ?? null,
      cpython: cpython?.version ?? null,
      uvloop: uvloop && `${uvloop.uvloop} on CPython ${uvloop.version}`,
      ...PEER_VERSIONS,
    },
  };
}

/** Writes the facts as two lines for people. */
export function formatMachine(machine: Machine): string {
  const { cpu, cores, memoryGiB, kernel, loadBefore, pinned, versions } =
    machine;
  const present = Object.entries(versions).filter(([, version]) =>
    version !== null
  );
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${kernel}, load ${
      loadBefore.toFixed(2)
    }, ` +
    `${
      pinned ? "server and load on a core each" : "not pinned"
    }, commit ${machine.commit}`,
    present.map(([name, version]) => `${name} ${version}`).join(", "),
  ].join("\n");
}
