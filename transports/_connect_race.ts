import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { TimeoutError } from "../loop/errors.ts";
import { ExceptionGroup } from "../loop/exception_group.ts";
import { staggeredRace } from "./_staggered_race.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { ResolvedAddress } from "./names.ts";

/** In which order addresses are tried, and what is told if none works. */
export interface ConnectRaceOptions {
  /**
   * After how many seconds without success the next address is tried too
   * ("happy eyeballs", RFC 8305; 0.25 is usual). By default it is tried when
   * the one before has failed.
   */
  happyEyeballsDelay?: number | null;
  /**
   * How many addresses of the first kind come before IPv4 and IPv6 alternate;
   * 0 keeps the order. By default 1 with a delay and 0 without.
   */
  interleave?: number;
  /** Whether failing tells the error of every address, by default not. */
  allErrors?: boolean;
}

/** Connects to one address. */
export type Connector = (
  address: ResolvedAddress,
) => CoroutineGenerator<ByteChannel>;

/** Connects to the first address that answers. */
export function* connectRace(
  addresses: readonly ResolvedAddress[],
  connector: Connector,
  options: ConnectRaceOptions,
): CoroutineGenerator<ByteChannel> {
  const { happyEyeballsDelay: delay = null, allErrors = false } = options;
  const count = options.interleave ?? (delay === null ? 0 : 1);
  const ordered = count > 0 ? interleave(addresses, count) : addresses;
  const { winner, errors } = yield* staggeredRace(
    ordered.map((address) => () => connector(address)),
    delay,
    (channel) => channel.close(),
  );
  if (winner !== null) return winner.value;
  throw failure(errors.filter((error) => error !== undefined), allErrors);
}

/** Lets the families alternate, after `count` addresses of the first. */
export function interleave<A extends { readonly family: number }>(
  addresses: readonly A[],
  count: number,
): A[] {
  const families = new Map<number, A[]>();
  for (const address of addresses) {
    const members = families.get(address.family);
    if (members === undefined) families.set(address.family, [address]);
    else members.push(address);
  }
  const lists = [...families.values()];
  const ordered = lists[0]?.splice(0, count - 1) ?? [];
  while (lists.some((list) => list.length > 0)) {
    for (const list of lists) ordered.push(...list.splice(0, 1));
  }
  return ordered;
}

/** Makes one error of what every address has failed with. */
function failure(errors: readonly unknown[], all: boolean): unknown {
  if (all) {
    return new ExceptionGroup("create_connection failed", errors as Error[]);
  }
  const messages = errors.map((error) =>
    error instanceof Error ? error.message : String(error)
  );
  if (messages.length === 0) {
    return new TimeoutError("create_connection failed");
  }
  if (messages.every((message) => message === messages[0])) return errors[0];
  return new AggregateError(
    errors,
    `Multiple exceptions: ${messages.join(", ")}`,
  );
}
