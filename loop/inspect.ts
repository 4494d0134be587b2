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

/** How much of a list, or of a long text, is shown: as in Python's reprs. */
const SHOWN_ELEMENTS = 6;
const SHOWN_CHARACTERS = 200;

/** What functions without a name are called. */
export const ANONYMOUS = "anonymous";

/** What generator objects are called: they do not know their function. */
export const GENERATOR = "generator";

/** Describes a value in few words: strings quoted, the rest as text. */
export function describeValue(value: unknown): string {
  if (!Array.isArray(value)) return describeOne(value);
  const shown = value.slice(0, SHOWN_ELEMENTS).map(describeOne);
  if (value.length > SHOWN_ELEMENTS) shown.push("...");
  return `[${shown.join(", ")}]`;
}

/** As `describeValue`, but only counts what is in a list or in a buffer. */
function describeOne(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value));
  if (typeof value === "function") return value.name || ANONYMOUS;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const { length, byteLength } = value as Partial<Uint8Array>;
    return `${value.constructor.name}(${length ?? byteLength})`;
  }
  const text = String(value);
  if (text === "[object Generator]") return GENERATOR;
  return text.startsWith("[object ")
    ? value.constructor?.name || text
    : shorten(text);
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS
    ? `${text.slice(0, SHOWN_CHARACTERS)}...`
    : text;
}
