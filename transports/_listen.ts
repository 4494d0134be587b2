import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";

/** A host to listen on, or several; `null` and "" mean all interfaces. */
export type ListenHost = string | readonly string[] | null | undefined;

/** Opens a listener: Deno itself, or Deno's TLS in its place. */
export interface Listening<L extends Deno.Listener> {
  /** Opens a listener on a numeric address. */
  listen(options: Deno.TcpListenOptions & { transport: "tcp" }): L;
}

/** IPv6 takes IPv4 too where there is IPv6 at all. */
const ALL_INTERFACES = ["::", "0.0.0.0"] as const;

/** Codes of an address that this machine does not have. */
const NO_SUCH_ADDRESS = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/**
 * Listens on every address of the hosts, each once. Addresses that this
 * machine does not have are skipped; any other failure closes all listeners.
 *
 * @throws What the last address failed with, if none is left.
 */
export function* listenOn<L extends Deno.Listener>(
  deno: Listening<L>,
  host: ListenHost,
  port: number,
  tcpBacklog: number,
): CoroutineGenerator<L[]> {
  const listen = (hostname: string) =>
    deno.listen({ transport: "tcp", hostname, port, tcpBacklog });
  const hosts = Array.isArray(host) ? host : [host];
  const addresses = new Set<string>();
  for (const each of hosts) {
    if (!each) return [listenOnFirst(listen, ALL_INTERFACES)];
    for (const address of yield* resolve(each)) addresses.add(address);
  }
  return listenOnAll(listen, addresses);
}

function listenOnAll<L extends Deno.Listener>(
  listen: (hostname: string) => L,
  addresses: Iterable<string>,
): L[] {
  const listeners: L[] = [];
  let absent: unknown = new RangeError("Cannot listen: no host is given");
  for (const address of addresses) {
    try {
      listeners.push(listen(address));
    } catch (error) {
      if (!isAbsent(error)) {
        for (const listener of listeners) listener.close();
        throw error;
      }
      absent = error;
    }
  }
  if (listeners.length === 0) throw absent;
  return listeners;
}

function listenOnFirst<L extends Deno.Listener>(
  listen: (hostname: string) => L,
  [address, ...others]: readonly [string, ...string[]],
): L {
  try {
    return listen(address);
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !isAbsent(error)) throw error;
    return listenOnFirst(listen, [next, ...rest]);
  }
}

function isAbsent(error: unknown): boolean {
  return NO_SUCH_ADDRESS.includes((error as { code?: string }).code ?? "");
}

/** Finds the addresses of a name; Deno itself would take only the first. */
function* resolve(host: string): CoroutineGenerator<readonly string[]> {
  if (/^[\d.]+$/.test(host) || host.includes(":")) return [host];
  const { lookup } = yield* wrapFuture(import("node:dns/promises"));
  try {
    const found = yield* wrapFuture(lookup(host, { all: true }));
    return found.map(({ address }) => address);
  } catch (error) {
    // Looking a name up needs more permission than listening on it.
    if ((error as { code?: string }).code === "EPERM") return [host];
    throw error;
  }
}
