import { canonical } from "./_numeric.ts";
import type { NetAddress } from "./byte_channel.ts";
import type { DatagramAddress } from "./datagram_channel.ts";
import { checkPort } from "./names.ts";

/** Tells whether a datagram comes from the only address that may send one. */
export function isFrom(
  remote: NetAddress | null,
  { hostname, port }: NetAddress,
): boolean {
  return remote === null ||
    (port === remote.port && canonical(hostname) === remote.hostname);
}

/**
 * Returns where a datagram goes.
 *
 * @throws {TypeError} If there is no address.
 * @throws {RangeError} If it is not the remote one, or its port is none.
 */
export function targetOf(
  remote: NetAddress | null,
  address: DatagramAddress | null | undefined,
): NetAddress {
  if (address === null || address === undefined) {
    if (remote !== null) return remote;
    throw new TypeError(
      "Cannot send datagram: there is no address, and no remote address",
    );
  }
  const { hostname, port } = address;
  checkPort(port);
  const target: NetAddress = { transport: "udp", hostname, port };
  if (remote === null || isFrom(remote, target)) return remote ?? target;
  throw new RangeError(
    `Cannot send datagram: address must be none or ${remote.hostname}:` +
      `${remote.port}, received ${hostname}:${port}`,
  );
}
