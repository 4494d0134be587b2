/** Reading requests, for http_server.ts. */
import * as asyncio from "@asyncio/asyncio";

/** The longest head is the limit of the reader, see http_server.ts. */
const LONGEST_BODY = 1_000_000;

export interface Request {
  method: string;
  path: string;
  body: Uint8Array;
  /** Whether the client will send another request. */
  keepAlive: boolean;
}

/** A request that is answered with an error, after which nothing is read. */
export class BadRequest extends Error {
  constructor(readonly status: number) {
    super(`Cannot read request: ${status}`);
  }
}

/** Reads a request; `null` if the client has sent its last one. */
export async function readRequest(
  reader: asyncio.StreamReader,
): Promise<Request | null> {
  const head = await readHead(reader);
  if (head === null) return null;
  const [requestLine = "", ...lines] = head.split("\r\n");
  const match = /^([A-Z]+) (\/\S*) HTTP\/1\.([01])$/.exec(requestLine);
  if (match === null) throw new BadRequest(400);
  const [, method = "", target = "", minorVersion] = match;
  const headers = parseHeaders(lines);
  if (headers.has("transfer-encoding")) throw new BadRequest(501);
  if (minorVersion === "1" && !headers.has("host")) throw new BadRequest(400);
  const connection = headers.get("connection")?.toLowerCase();
  return {
    method,
    path: target.replace(/\?.*/, ""),
    body: await readBody(reader, headers.get("content-length") ?? "0"),
    keepAlive: minorVersion === "1"
      ? connection !== "close"
      : connection === "keep-alive",
  };
}

async function readHead(reader: asyncio.StreamReader) {
  try {
    const head = await reader.readuntil("\r\n\r\n");
    return new TextDecoder().decode(head.subarray(0, -4));
  } catch (error) {
    if (error instanceof asyncio.LimitOverrunError) throw new BadRequest(431);
    if (!(error instanceof asyncio.IncompleteReadError)) throw error;
    if (error.partial.length === 0) return null;
    throw new BadRequest(400);
  }
}

function parseHeaders(lines: string[]) {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const match = /^([!#$%&'*+.^`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (match === null) throw new BadRequest(400);
    const name = match[1]!.toLowerCase();
    // With two lengths, others may see another end of the request than we do.
    if (name === "content-length" && headers.has(name)) {
      throw new BadRequest(400);
    }
    headers.set(name, match[2]!);
  }
  return headers;
}

async function readBody(reader: asyncio.StreamReader, length: string) {
  if (!/^\d+$/.test(length)) throw new BadRequest(400);
  if (Number(length) > LONGEST_BODY) throw new BadRequest(413);
  return await reader.readexactly(Number(length));
}
