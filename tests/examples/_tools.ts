const decoder = new TextDecoder();

/** On CI every tool must be there: a skipped test would go unnoticed. */
const ALL_REQUIRED = Deno.env.get("CI") === "true";

/** A real program that examples are tested with. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  /** What it prints if it is the one that is meant. */
  readonly prints: RegExp;
}

/** The web client. */
export const CURL: Tool = {
  command: "curl",
  args: ["--version"],
  prints: /^curl \d/,
};

/** netcat-openbsd: other variants have other options. */
export const NETCAT: Tool = {
  command: "nc",
  args: ["-h"],
  prints: /OpenBSD netcat/,
};

/** The tool for TLS. */
export const OPENSSL: Tool = {
  command: "openssl",
  args: ["version"],
  prints: /^OpenSSL \d/,
};

/** Runs a program in a terminal. */
export const SCRIPT: Tool = {
  command: "script",
  args: ["--version"],
  prints: /util-linux/,
};

/** Defines a test that needs a tool; without it the test is skipped. */
export async function testWith(
  tool: Tool,
  name: string,
  body: () => Promise<void>,
): Promise<void> {
  const ignore = !ALL_REQUIRED && !await isInstalled(tool);
  if (ignore) console.log(`Skipping "${name}": there is no ${tool.command}`);
  Deno.test({ name, ignore, fn: body });
}

async function isInstalled({ command, args, prints }: Tool): Promise<boolean> {
  try {
    const { stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
    }).output();
    return prints.test(decoder.decode(stdout) + decoder.decode(stderr));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
