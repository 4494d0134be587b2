import { connectChannel } from "../../transports/connect_channel.ts";
import {
  ChildInputChannel,
  ChildOutputChannel,
} from "../../transports/_child_pipe_channels.ts";
import type { ByteChannel } from "../../transports/byte_channel.ts";
import { testStreamContract } from "../_stream_contract.ts";

/** The ends of the processes of one test: none may outlive it. */
let ends: Promise<unknown>[] = [];

Deno.test.afterEach(async () => {
  await Promise.all(ends);
  ends = [];
});

/** Starts a `cat`: what is written to the one is read from the other. */
function startCat(): [ChildInputChannel, ChildOutputChannel] {
  const child = new Deno.Command("cat", {
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  ends.push(child.status);
  return [
    new ChildInputChannel(child.stdin),
    new ChildOutputChannel(child.stdout),
  ];
}

/** One end of a connection that goes through two processes. */
class TwoPipes implements ByteChannel {
  readonly canEnd = true;
  readonly #input: ChildInputChannel;
  readonly #output: ChildOutputChannel;

  constructor(input: ChildInputChannel, output: ChildOutputChannel) {
    this.#input = input;
    this.#output = output;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#output.read(buffer);
  }

  write(data: Uint8Array): Promise<number> {
    return this.#input.write(data);
  }

  end(): Promise<void> {
    return this.#input.end();
  }

  close(): void {
    this.#input.close();
    this.#output.close();
  }

  reset(): void {
    this.#input.reset();
    this.#output.reset();
  }

  extraInfo(): undefined {}
}

testStreamContract({
  name: "Child pipe",
  canHalfClose: true,
  canReset: false,
  async connect(near, far) {
    const [there, fromThere] = startCat();
    const [back, fromBack] = startCat();
    await connectChannel(() => near, new TwoPipes(there, fromBack));
    await connectChannel(() => far, new TwoPipes(back, fromThere));
  },
});
