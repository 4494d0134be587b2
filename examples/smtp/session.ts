import * as asyncio from "@asyncio/asyncio";

/** The longest message that is taken, in characters. */
const LONGEST_MESSAGE = 1 << 20;

/** How long a client may take to say something, in seconds. */
const PATIENCE = 300;

/** A message that was taken. */
export interface Message {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** What a session knows of its server. */
export interface Site {
  readonly hostname: string;
  readonly tls: asyncio.TlsOptions;
  readonly deliver: (message: Message, ssl: asyncio.SslObject) => void;
}

/** One client: so much of RFC 5321 as it takes, and STARTTLS of RFC 3207. */
export class Session {
  readonly #reader: asyncio.StreamReader;
  readonly #writer: asyncio.StreamWriter;
  readonly #site: Site;
  #encrypted = false;
  #from: string | null = null;
  #to: string[] = [];

  constructor(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    site: Site,
  ) {
    this.#reader = reader;
    this.#writer = writer;
    this.#site = site;
  }

  /** Talks to the client until it has had enough, or goes away. */
  async run(): Promise<void> {
    await this.#say(`220 ${this.#site.hostname} ESMTP`);
    while (true) {
      const line = await this.#readLine();
      if (line === null) return;
      const [, verb, argument] = /^(\S*) *(.*)$/.exec(line)!;
      await this.#obey(verb!.toUpperCase(), argument!);
      if (verb!.toUpperCase() === "QUIT") return;
    }
  }

  #obey(verb: string, argument: string): Promise<void> {
    switch (verb) {
      case "EHLO":
      case "HELO":
        return this.#greet();
      case "STARTTLS":
        return this.#startTls();
      case "MAIL":
        return this.#takeSender(/^FROM:<(.*?)>/i.exec(argument)?.[1]);
      case "RCPT":
        return this.#takeRecipient(/^TO:<(.+?)>/i.exec(argument)?.[1]);
      case "DATA":
        return this.#takeMessage();
      case "RSET":
        this.#forget();
        return this.#say("250 Forgotten");
      case "NOOP":
        return this.#say("250 Nothing done");
      case "QUIT":
        return this.#say("221 Bye");
      default:
        return this.#say("500 Unknown command");
    }
  }

  #greet(): Promise<void> {
    const offers = this.#encrypted ? [] : ["STARTTLS"];
    const lines = [this.#site.hostname, ...offers, `SIZE ${LONGEST_MESSAGE}`];
    return this.#say(
      ...lines.map((line, i) =>
        `250${i < lines.length - 1 ? "-" : " "}${line}`
      ),
    );
  }

  async #startTls(): Promise<void> {
    if (this.#encrypted) return this.#say("503 Encrypted already");
    await this.#say("220 Go ahead");
    await this.#writer.startTls(this.#site.tls);
    this.#encrypted = true;
    this.#forget(); // whatever was said in the clear may be somebody else's
  }

  #takeSender(address: string | undefined): Promise<void> {
    if (!this.#encrypted) return this.#say("530 Say STARTTLS first");
    if (address === undefined) return this.#say("501 MAIL FROM:<address>");
    this.#forget();
    this.#from = address;
    return this.#say("250 From you");
  }

  #takeRecipient(address: string | undefined): Promise<void> {
    if (this.#from === null) return this.#say("503 Say MAIL first");
    if (address === undefined) return this.#say("501 RCPT TO:<address>");
    this.#to.push(address);
    return this.#say("250 To them");
  }

  async #takeMessage(): Promise<void> {
    const [from, to] = [this.#from, this.#to];
    if (from === null || to.length === 0) return this.#say("503 For whom?");
    await this.#say("354 End with a dot on a line of its own");
    const text = await this.#readMessage();
    if (text === null) return;
    this.#forget();
    if (text.length > LONGEST_MESSAGE) return this.#say("552 Too long");
    const ssl = this.#writer.getExtraInfo("ssl_object") as asyncio.SslObject;
    this.#site.deliver({ from, to, text }, ssl);
    return this.#say("250 Taken");
  }

  /** Reads up to the dot; of what is too long only the beginning is kept. */
  async #readMessage(): Promise<string | null> {
    let text = "";
    while (true) {
      const line = await this.#readLine();
      if (line === null || line === ".") return line && text;
      if (text.length <= LONGEST_MESSAGE) {
        text += line.replace(/^\./, "") + "\n";
      }
    }
  }

  /** Reads a line; `null` if the client has gone. */
  async #readLine(): Promise<string | null> {
    const line = await asyncio.timeout(PATIENCE, () => this.#reader.readline());
    const text = new TextDecoder().decode(line);
    return text.endsWith("\n") ? text.replace(/\r?\n$/, "") : null;
  }

  async #say(...lines: string[]): Promise<void> {
    this.#writer.writelines(lines.map((line) => `${line}\r\n`));
    await this.#writer.drain();
  }

  #forget(): void {
    this.#from = null;
    this.#to = [];
  }
}
