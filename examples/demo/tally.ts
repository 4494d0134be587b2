import { Latencies } from "./latencies.ts";

/** What happened at one of the servers. */
export class Tally {
  /** Connections that were accepted. */
  connections = 0;
  /** Messages that came back to a client. */
  messages = 0;
  /** Their bytes, in one direction. */
  bytes = 0;
  /** From the writing of a message to its return. */
  readonly latencies: Latencies = new Latencies();

  /** Counts a message that came back. */
  record(bytes: number, seconds: number): void {
    this.messages++;
    this.bytes += bytes;
    this.latencies.record(seconds);
  }

  /** Returns the sum of some tallies. */
  static sum(tallies: Tally[]): Tally {
    const sum = new Tally();
    for (const tally of tallies) {
      sum.connections += tally.connections;
      sum.messages += tally.messages;
      sum.bytes += tally.bytes;
      sum.latencies.add(tally.latencies);
    }
    return sum;
  }
}

/** What happened in the demo, up to now. */
export class Tallies {
  readonly protocol: Tally = new Tally();
  readonly streams: Tally = new Tally();
  /** Connections that a server closed because nothing arrived on them. */
  idleConnections = 0;
  /** Tasks that were cancelled because their time was up. */
  cancelledTasks = 0;
  #start: number | null = null;
  #end: number | null = null;

  /** The sum over both servers. */
  get total(): Tally {
    return Tally.sum([this.protocol, this.streams]);
  }

  /** How long the clients have been at work, in seconds. */
  get seconds(): number {
    if (this.#start === null) return 0;
    return ((this.#end ?? performance.now()) - this.#start) / 1_000;
  }

  /** Says that the clients begin to work. */
  begin(): void {
    this.#start = performance.now();
  }

  /** Says that they have ended. */
  end(): void {
    this.#end = performance.now();
  }
}
