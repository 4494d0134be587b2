/**
 * Throws Deno's error if an address must not be used, after Deno has asked the
 * user if it can: `node:` modules report a missing permission in ways that
 * nobody can catch, or without saying so.
 *
 * @param port The port; without one the permission for the name is meant.
 */
export function checkNetPermission(
  deno: typeof Deno,
  hostname: string,
  port?: number,
): void {
  const host = describe(hostname, port);
  const { state } = deno.permissions.requestSync({ name: "net", host });
  if (state !== "granted") throw netDenied(deno, hostname, port);
}

/** Tells whether an address may be used, without asking anybody. */
export function isNetAllowed(
  deno: typeof Deno,
  hostname: string,
  port?: number,
): boolean {
  const host = describe(hostname, port);
  return deno.permissions.querySync({ name: "net", host }).state === "granted";
}

/** Makes the error that Deno throws if an address must not be used. */
export function netDenied(
  deno: typeof Deno,
  hostname: string,
  port?: number,
  options?: ErrorOptions,
): Error {
  return new deno.errors.NotCapable(
    `Requires net access to "${describe(hostname, port)}", run again with ` +
      "the --allow-net flag",
    options,
  );
}

function describe(hostname: string, port: number | undefined): string {
  const [address = ""] = hostname.split("%");
  const host = address.includes(":") ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
}
