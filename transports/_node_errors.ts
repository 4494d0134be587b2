/** The classes that Deno has for the codes of the operating system. */
const CLASSES: Record<string, keyof typeof Deno.errors> = {
  EACCES: "PermissionDenied",
  EADDRINUSE: "AddrInUse",
  EADDRNOTAVAIL: "AddrNotAvailable",
  ECONNABORTED: "ConnectionAborted",
  ECONNREFUSED: "ConnectionRefused",
  ECONNRESET: "ConnectionReset",
  EPIPE: "BrokenPipe",
  ETIMEDOUT: "TimedOut",
};

/** Returns an error of a `node:` module as Deno's own API would throw it. */
export function toDenoError(error: Error): Error {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  const { code = "" } = error as { code?: string };
  const name = CLASSES[code];
  if (deno === undefined || name === undefined) return error;
  const Class = deno.errors[name];
  if (error instanceof Class) return error;
  return Object.assign(new Class(error.message, { cause: error }), { code });
}
