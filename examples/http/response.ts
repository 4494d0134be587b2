/** Writing responses, for http_server.ts. */
import type { StreamWriter } from "@asyncio/asyncio";

const REASONS: Record<number, string> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
};

export interface Response {
  status: number;
  /** The body; the name of the status by default. */
  body?: Uint8Array | string;
  headers?: Record<string, string>;
}

/** Writes a response; to HEAD the body is not sent, but its length is told. */
export function writeResponse(
  writer: StreamWriter,
  { status, body = `${REASONS[status]}\n`, headers = {} }: Response,
  { method = "GET", keepAlive = false } = {},
) {
  const bytes = typeof body === "string"
    ? new TextEncoder().encode(body)
    : body;
  const fields = {
    Date: new Date().toUTCString(),
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": bytes.length,
    Connection: keepAlive ? "keep-alive" : "close",
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) =>
    `${name}: ${value}`
  );
  writer.write(
    [`HTTP/1.1 ${status} ${REASONS[status]}`, ...lines, "\r\n"].join("\r\n"),
  );
  if (method !== "HEAD") writer.write(bytes);
}
