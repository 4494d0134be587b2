/** Where a connection comes from or goes to, shaped as `Deno.NetAddr`. */
export interface NetAddress {
  /** The kind of socket. */
  readonly transport: "tcp" | "udp";
  /** A numeric address or a name. */
  readonly hostname: string;
  /** The port number. */
  readonly port: number;
}

/** The address of a Unix socket, shaped as `Deno.UnixAddr`. */
export interface UnixAddress {
  /** The kind of socket. */
  readonly transport: "unix" | "unixpacket";
  /** The path of the socket file, `null` for a socket without a name. */
  readonly path: string | null;
}

/** The address of a socket. */
export type Address = NetAddress | UnixAddress;

/**
 * The way bytes go in and out of one kernel object: all that a stream transport
 * asks of a TCP connection, a pipe or a pair in memory.
 *
 * It is used by one transport, which never starts a read, or a write, before
 * the one before it has ended. Closing ends both: whether a pending operation
 * then rejects, or never settles, does not matter.
 */
export interface ByteChannel {
  /** Whether `end()` can close one direction and leave the other open. */
  readonly canEnd: boolean;

  /** The high-water mark of writing to begin with, by default 65536 bytes. */
  readonly writeHighWater?: number;

  /**
   * Whether small writes shall wait for those that follow in the same turn of
   * the loop, because each would be sent with a delay otherwise.
   */
  readonly gathersWrites?: boolean;

  /**
   * Waits until bytes can go in and out, if they cannot at once.
   *
   * @returns A promise that rejects if they never will.
   */
  handshake?(): Promise<void>;

  /**
   * Waits for bytes and puts them into a buffer.
   *
   * @param buffer Where to put them; it is the channel's until the read ends.
   * @returns How many bytes were read, at least 1; `null` at the end.
   */
  read(buffer: Uint8Array): Promise<number | null>;

  /**
   * Waits until the other side has room, then takes bytes from a buffer.
   *
   * @param data The bytes; they must not change until the write ends.
   * @returns How many bytes were taken, at least 1, maybe not all.
   */
  write(data: Uint8Array): Promise<number>;

  /**
   * Tells the other side that no more bytes will come; reading goes on.
   *
   * @returns A promise that resolves when the other side has been told.
   */
  end(): Promise<void>;

  /**
   * Agrees with the other side on the end, if that takes more than closing.
   * Nothing is written any more, but a read may be under way.
   *
   * @returns A promise that rejects if there is no end to it.
   */
  shutdown?(): Promise<void>;

  /** Closes both directions; bytes that were written still arrive. */
  close(): void;

  /**
   * Closes both directions at once, so that the other side gets an error where
   * the kernel object can tell it.
   */
  reset(): void;

  /**
   * Tells something about the kernel object.
   *
   * @param name What is asked for, such as "peername".
   * @returns The answer, `undefined` if the channel has none.
   */
  extraInfo(name: string): unknown;
}

/** Waits for connections, for a server. */
export interface ByteListener {
  /** Where it listens. */
  readonly address: Address;

  /**
   * Waits for a connection.
   *
   * @returns The channel of the connection.
   */
  accept(): Promise<ByteChannel>;

  /** Stops listening; a pending `accept()` rejects. */
  close(): void;
}
