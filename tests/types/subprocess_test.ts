import { assertEquals, assertRejects } from "@std/assert";
import type { StreamReader } from "../../streams/stream_reader.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import { DEVNULL, PIPE, STDOUT } from "../../subprocess/constants.ts";
import {
  createSubprocessExec,
  type CreateSubprocessOptions,
  createSubprocessShell,
} from "../../subprocess/create.ts";
import type { Process } from "../../subprocess/process.ts";
import { real } from "../transports/_real.ts";
import { holds, type Same } from "./_types.ts";

Deno.test("the options tell which streams a process has", () =>
  real(async () => {
    const plain = await createSubprocessExec("true", "a", "b");
    holds<Same<typeof plain, Process<null, null, null>>>();
    await plain.wait();

    const piped = await createSubprocessExec("cat", {
      stdin: PIPE,
      stdout: PIPE,
      stderr: PIPE,
    });
    holds<
      Same<typeof piped, Process<StreamWriter, StreamReader, StreamReader>>
    >();
    const collected = await piped.communicate("x");
    holds<Same<typeof collected, [stdout: Uint8Array, stderr: Uint8Array]>>();

    const merged = await createSubprocessShell("echo", {
      stdout: PIPE,
      stderr: STDOUT,
      stdin: DEVNULL,
    });
    holds<Same<typeof merged, Process<null, StreamReader, null>>>();
    const [, nothing] = await merged.communicate();
    holds<Same<typeof nothing, null>>();
    assertEquals(nothing, null);

    const shell = await createSubprocessShell("true");
    holds<Same<typeof shell, Process<null, null, null>>>();
    await shell.wait();
  }));

Deno.test("options that are not known before leave the streams open", () =>
  real(async () => {
    const options: CreateSubprocessOptions = { stdout: PIPE };
    const process: Process = await createSubprocessExec("echo", options);
    const { stdout } = process;
    holds<Same<typeof stdout, StreamReader | null>>();
    const [output] = await process.communicate();
    holds<Same<typeof output, Uint8Array | null>>();

    const stdin = Math.random() < 2 ? PIPE : DEVNULL;
    const either = await createSubprocessExec("cat", { stdin });
    const writer = either.stdin;
    holds<Same<typeof writer, StreamWriter | null>>();
    await either.communicate();
  }));

Deno.test("what a process does not take is an error of the type checker", () =>
  real(async () => {
    const refused = (start: () => PromiseLike<unknown>) =>
      assertRejects(async () => await start(), TypeError);
    // @ts-expect-error: arguments are not a list
    await refused(() => createSubprocessExec("true", ["-l"]));
    // @ts-expect-error: an argument is a string
    await refused(() => createSubprocessExec("true", 5));
    // @ts-expect-error: there are only bytes
    await refused(() => createSubprocessExec("true", { text: true }));
    await refused(() =>
      // @ts-expect-error: there are only bytes
      createSubprocessExec("true", { stdout: PIPE, encoding: "utf-8" })
    );
    // @ts-expect-error: streams have no names
    await refused(() => createSubprocessShell("true", { stdout: "piped" }));
    await refused(() =>
      // @ts-expect-error: there is no such option
      createSubprocessShell("true", { stdout: PIPE, text: true })
    );

    const process = await createSubprocessShell("true", { stdout: PIPE });
    // @ts-expect-error: there is no pipe to write to
    const write = () => process.stdin.write("x");
    assertEquals(typeof write, "function");
    await process.wait();
  }));
