const encoder = new TextEncoder();

/**
 * Returns the bytes of data given to `write()`.
 *
 * @throws {TypeError} If it is neither bytes nor text.
 */
export function toBytes(data: Uint8Array | string): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "string") return encoder.encode(data);
  throw new TypeError(
    `Cannot write: expected a Uint8Array or a string, received ${
      describe(data)
    }`,
  );
}

function describe(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  return `an object of class ${value.constructor?.name ?? "Object"}`;
}
