/** Names under which consoles look for a method that describes an object. */
const INSPECTORS = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

/** Makes consoles show objects of a class as `toString()` describes them. */
export function showAsText(shown: { prototype: object }): void {
  for (const name of INSPECTORS) {
    Object.defineProperty(shown.prototype, name, {
      configurable: true,
      value(): string {
        return String(this);
      },
    });
  }
}

/** Describes a value in few words: strings quoted, the rest as text. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return value.name || "anonymous";
  if (typeof value !== "object" || value === null) return String(value);
  const text = String(value);
  return text.startsWith("[object ") ? value.constructor?.name ?? text : text;
}
