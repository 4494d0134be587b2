/** What a name server knows: texts and addresses, by name. */
export type Zone = ReadonlyMap<string, Partial<Record<string, string[]>>>;

/** A response, and what it says. */
export interface Response {
  readonly name: string;
  readonly type: string;
  readonly outcome: string;
  readonly bytes: Uint8Array;
}

const HEADER_BYTES = 12;
const TYPES: Record<number, string> = { 1: "A", 16: "TXT" };
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;

/** Answers a query from a zone; `null` if it is no query. */
export function answer(query: Uint8Array, zone: Zone): Response | null {
  if (query.length < HEADER_BYTES) return null;
  const header = new DataView(query.buffer, query.byteOffset, query.length);
  const flags = header.getUint16(2);
  const isQuery = (flags & 0x8000) === 0 && header.getUint16(4) === 1;
  const question = isQuery ? readQuestion(query) : null;
  if (question === null) return null;
  const { name, type, end } = question;
  const records = zone.get(name.toLowerCase());
  const data = records?.[TYPES[type] ?? ""] ?? [];
  const isStandard = (flags & 0x7800) === 0;
  const code = !isStandard ? NOT_IMPLEMENTED : records ? 0 : NO_SUCH_NAME;
  const bytes = concatenate([
    responseHeader(header, code, data.length),
    query.subarray(HEADER_BYTES, end),
    ...data.map((each) => record(type, each)),
  ]);
  const outcome = records ? `${data.length} answers` : "no such name";
  return { name, type: TYPES[type] ?? `TYPE${type}`, outcome, bytes };
}

/** Reads the question; `null` if it is cut off. */
function readQuestion(query: Uint8Array) {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at++]; length; length = query[at++]) {
    if (length > 63) return null;
    labels.push(new TextDecoder().decode(query.subarray(at, at + length)));
    at += length;
  }
  const end = at + 4;
  if (end > query.length) return null;
  return {
    name: labels.join("."),
    type: query[at]! << 8 | query[at + 1]!,
    end,
  };
}

/** One question, the answers, and no more; "authoritative". */
function responseHeader(query: DataView, code: number, answers: number) {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, query.getUint16(0));
  view.setUint16(2, 0x8400 | query.getUint16(2) & 0x7900 | code);
  view.setUint16(4, 1);
  view.setUint16(6, answers);
  return bytes;
}

/** A record of the name in the question, which lasts a minute. */
function record(type: number, text: string): Uint8Array {
  const data = TYPES[type] === "A"
    ? Uint8Array.from(text.split("."), Number)
    : Uint8Array.of(text.length, ...new TextEncoder().encode(text));
  const head = [0xc0, HEADER_BYTES, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length];
  return Uint8Array.of(...head, ...data);
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}
