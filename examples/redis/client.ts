import * as asyncio from "@asyncio/asyncio";

/** What a server answers. */
export type Reply = string | number | null | RedisError | Reply[];

/** An answer that says that a command has failed. */
export class RedisError extends Error {
  override name = "RedisError";
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * A client of Redis. Commands may be sent while others wait for their answers:
 * they share the connection ("pipelining").
 */
export class Redis implements AsyncDisposable {
  readonly #reader: asyncio.StreamReader;
  readonly #writer: asyncio.StreamWriter;
  readonly #waiting: asyncio.Future<Reply>[] = [];
  readonly #receiver: asyncio.Task<void>;
  #error: unknown = null;

  private constructor([reader, writer]: asyncio.Stream) {
    this.#reader = reader;
    this.#writer = writer;
    this.#receiver = asyncio.createTask(() => this.#receive());
  }

  /** Opens a connection. */
  static async connect(port: number, host = "127.0.0.1"): Promise<Redis> {
    return new Redis(await asyncio.openConnection(host, port));
  }

  /** Sends a command and waits for its answer. */
  async call(...words: readonly (string | number)[]): Promise<Reply> {
    if (this.#error !== null) throw this.#error;
    const answer = asyncio.getRunningLoop().createFuture<Reply>();
    this.#waiting.push(answer);
    this.#writer.writelines(encode(words));
    await this.#writer.drain();
    const reply = await answer;
    if (reply instanceof RedisError) throw reply;
    return reply;
  }

  async [Symbol.asyncDispose]() {
    this.#receiver.cancel();
    await asyncio.wait([this.#receiver]);
    await this.#writer[Symbol.asyncDispose]();
  }

  /** Gives the answers to those who wait, in the order of the commands. */
  async #receive() {
    try {
      while (true) {
        const reply = await readReply(this.#reader);
        const answer = this.#waiting.shift();
        if (answer?.done() === false) answer.setResult(reply);
      }
    } catch (error) {
      this.#error = error;
      for (const answer of this.#waiting) {
        if (!answer.done()) answer.setException(error as Error);
      }
    }
  }
}

/** A command is an array of strings, each with its length before it. */
function* encode(words: readonly (string | number)[]) {
  yield `*${words.length}\r\n`;
  for (const word of words) {
    const bytes = encoder.encode(String(word));
    yield `$${bytes.length}\r\n`;
    yield bytes;
    yield "\r\n";
  }
}

async function readReply(reader: asyncio.StreamReader): Promise<Reply> {
  const line = decoder.decode(await reader.readuntil("\r\n")).slice(0, -2);
  const rest = line.slice(1);
  switch (line[0]) {
    case "+":
      return rest;
    case "-":
      return new RedisError(rest);
    case ":":
      return Number(rest);
    case "$": {
      if (rest === "-1") return null;
      const bytes = await reader.readexactly(Number(rest) + 2);
      return decoder.decode(bytes.subarray(0, -2));
    }
    case "*": {
      if (rest === "-1") return null;
      const replies: Reply[] = [];
      for (let i = 0; i < Number(rest); i++) {
        replies.push(await readReply(reader));
      }
      return replies;
    }
    default:
      throw new Error(`Cannot read reply: received ${line}`);
  }
}
