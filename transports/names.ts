import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { checkNetPermission } from "./_net_permission.ts";
import { canonical, isIPv6, isNumeric } from "./_numeric.ts";
import type { NetAddress } from "./byte_channel.ts";

/** The version of the internet protocol; 0 for either. */
export type AddressFamily = 0 | 4 | 6;

/** An address that a name stands for. */
export interface ResolvedAddress extends NetAddress {
  /** The version of the internet protocol. */
  readonly family: 4 | 6;
}

/** Options of `loop.getaddrinfo()`. */
export interface GetaddrinfoOptions {
  /** Which addresses are wanted, by default both kinds. */
  family?: AddressFamily;
  /** What the addresses are for, by default "tcp". */
  type?: "tcp" | "udp";
  /** Whether no host means all interfaces, and not the loopback address. */
  passive?: boolean;
  /** Whether only a numeric host is accepted, so that nothing is looked up. */
  numericHost?: boolean;
}

/** Options of `loop.getnameinfo()`. */
export interface GetnameinfoOptions {
  /** Whether the host is told as a number. */
  numericHost?: boolean;
  /** Whether the port is told as a number. */
  numericService?: boolean;
  /** Whether an address without a name is an error. */
  nameRequired?: boolean;
}

const NO_HOST = { 4: "127.0.0.1", 6: "::1" } as const;
const ALL_HOSTS = { 4: "0.0.0.0", 6: "::" } as const;

/** Finds the addresses of a name; a numeric one is not looked up. */
export function* getaddrinfo(
  host: string | null | undefined,
  port: number | null | undefined,
  options: GetaddrinfoOptions = {},
): CoroutineGenerator<ResolvedAddress[]> {
  const { family = 0, type: transport = "tcp" } = options;
  const number = checkPort(port ?? 0);
  const hosts = yield* addressesOf(host, options);
  const found = hosts
    .map((hostname): ResolvedAddress => ({
      transport,
      hostname,
      port: number,
      family: isIPv6(hostname) ? 6 : 4,
    }))
    .filter((address) => family === 0 || address.family === family);
  if (found.length > 0) return found;
  throw nameError("ENOTFOUND", `${host} has no IPv${family} address`);
}

/** Finds the name of an address. */
export function* getnameinfo(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  options: GetnameinfoOptions = {},
): CoroutineGenerator<[host: string, service: string]> {
  checkPort(port);
  if (!isNumeric(hostname)) {
    throw new RangeError(
      `Cannot get name info: expected a numeric address, received ${hostname}`,
    );
  }
  const { numericHost = false, numericService = false } = options;
  const numbers: [string, string] = [hostname, String(port)];
  if (numericHost && numericService) return numbers;
  try {
    const [host, service] = yield* lookupService(hostname, port);
    return [
      numericHost ? hostname : host,
      numericService ? String(port) : service,
    ];
  } catch (error) {
    if (options.nameRequired || codeOf(error) !== "ENOTFOUND") throw error;
    return numbers;
  }
}

/** Finds the addresses of a name, each once, in the order of the system. */
function* lookupAll(
  host: string,
  family: AddressFamily = 0,
): CoroutineGenerator<string[]> {
  const { lookup } = yield* wrapFuture(import("node:dns/promises"));
  const found = yield* wrapFuture(
    lookup(host, { all: true, family, verbatim: true }),
  );
  return [...new Set(found.map(({ address }) => address))];
}

/** How Deno says that there is no such name: without a code, or the name. */
const LOOKUP_FAILED = "failed to lookup address information: ";

/** Names the host that Deno could not look up, as `getaddrinfo` does. */
export function nameLookup(error: unknown, host: string): unknown {
  const { message = "" } = error as Partial<Error>;
  if (!message.startsWith(LOOKUP_FAILED)) return error;
  const code = message.includes("Temporary") ? "EAI_AGAIN" : "ENOTFOUND";
  const named = new Error(`getaddrinfo ${code} ${host}`, { cause: error });
  return Object.assign(named, { code });
}

/** Returns a port as it is, if it is one. */
export function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new RangeError(
    `Cannot use port: expected an integer from 0 to 65535, received ${port}`,
  );
}

function* addressesOf(
  host: string | null | undefined,
  { family = 0, passive = false, numericHost = false }: GetaddrinfoOptions,
): CoroutineGenerator<readonly string[]> {
  if (host === null || host === undefined || host === "") {
    const { 4: four, 6: six } = passive ? ALL_HOSTS : NO_HOST;
    return [six, four];
  }
  if (isNumeric(host)) return [canonical(host)];
  if (numericHost) throw nameError("ENOTFOUND", `${host} is not numeric`);
  try {
    return yield* lookupAll(host, family);
  } catch (error) {
    throw explain(error, host);
  }
}

function* lookupService(
  hostname: string,
  port: number,
): CoroutineGenerator<[string, string]> {
  const dns = yield* wrapFuture(import("node:dns/promises"));
  try {
    const { hostname: host, service } = yield* wrapFuture(
      dns.lookupService(hostname, port),
    );
    return [host, service];
  } catch (error) {
    throw explain(error, hostname);
  }
}

/** Tells what Deno says of a permission that is missing. */
function explain(error: unknown, host: string): unknown {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  if (deno === undefined || codeOf(error) !== "EPERM") return error;
  try {
    checkNetPermission(deno, host);
  } catch (denied) {
    return denied;
  }
  return error;
}

function nameError(code: string, reason: string): Error {
  return Object.assign(new Error(`Cannot get address info: ${reason}`), {
    code,
  });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
