import type { StreamReader } from "../../streams/stream_reader.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import { server } from "../transports/_tls.ts";

const decoder = new TextDecoder();

/** Reads a line, without its end. */
export async function readLine(reader: StreamReader): Promise<string> {
  return decoder.decode(await reader.readline()).trimEnd();
}

/** Reads what an SMTP server answers: maybe several lines. */
export async function readAnswer(reader: StreamReader): Promise<string[]> {
  const lines: string[] = [];
  do lines.push(await readLine(reader)); while (lines.at(-1)?.[3] === "-");
  return lines;
}

/**
 * Serves as much of SMTP as a dialogue about STARTTLS takes, and notes what the
 * client says, in capitals once it is encrypted.
 */
export function smtpServer(
  said: string[],
): (reader: StreamReader, writer: StreamWriter) => Promise<void> {
  return async (reader, writer) => {
    let encrypted = false;
    writer.write("220 mail.example ESMTP\r\n");
    for (;;) {
      const line = await readLine(reader);
      if (line === "") break;
      said.push(encrypted ? line.toUpperCase() : line.toLowerCase());
      const [verb = ""] = line.toUpperCase().split(" ");
      if (verb === "EHLO" || verb === "HELO") {
        const offer = encrypted ? "" : "250-STARTTLS\r\n";
        writer.write(`250-mail.example\r\n${offer}250 SIZE\r\n`);
      } else if (verb === "STARTTLS") {
        writer.write("220 Go ahead\r\n");
        await writer.startTls(server);
        encrypted = true;
      } else if (verb === "QUIT") {
        writer.write("221 Bye\r\n");
        break;
      } else writer.write(`250 ${verb} taken\r\n`);
      await writer.drain();
    }
    writer.close();
    await writer.waitClosed();
  };
}
