import { assert, assertEquals, assertRejects } from "@std/assert";
import { closeSync, openSync } from "node:fs";
import { NotImplementedError } from "../../loop/errors.ts";
import { run } from "../../loop/runners.ts";
import { taskGroup } from "../../loop/task_groups.ts";
import { createTask } from "../../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import type { StreamReader } from "../../streams/stream_reader.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import { DEVNULL, PIPE, STDOUT } from "../../subprocess/constants.ts";
import {
  createSubprocessExec,
  type CreateSubprocessOptions,
  createSubprocessShell,
} from "../../subprocess/create.ts";
import { Semaphore } from "../../sync/semaphore.ts";
import { without } from "../_without.ts";
import { real } from "../transports/_real.ts";
import { HAS_PROC, leavesNothing, text } from "./_processes.ts";

const OUT = { stdout: PIPE } as const;
const MERGED = { stdout: PIPE, stderr: STDOUT } as const;

/** Runs a program to its end and returns what it printed. */
async function outputOf(
  program: string | URL,
  args: string[],
  options: CreateSubprocessOptions = {},
): Promise<string> {
  const process = await createSubprocessExec(program, ...args, {
    ...options,
    ...OUT,
  });
  const [output] = await process.communicate();
  return text(output);
}

Deno.test("createSubprocessExec() hands arguments over as they are", () =>
  real(async () => {
    const args = ["a b", "", "'\"", "$HOME *", "größer", "\n", "-n"];
    const printed = await outputOf("printf", ["[%s]", ...args]);
    assertEquals(printed, args.map((arg) => `[${arg}]`).join(""));
  }));

Deno.test("createSubprocessExec() can be awaited in a generator", () =>
  real(async () => {
    const output = await createTask(function* () {
      const process = yield* createSubprocessExec("echo", "hi", OUT);
      const [output] = yield* process.communicate();
      return text(output);
    });
    assertEquals(output, "hi\n");
  }));

Deno.test("createSubprocessExec() gives streams where a PIPE is asked for, and only there (SP1)", () =>
  real(async () => {
    const all = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
    await using three = await createSubprocessExec("cat", all);
    const { stdin, stdout, stderr } = three;
    const streams: [StreamWriter, StreamReader, StreamReader] = [
      stdin,
      stdout,
      stderr,
    ];
    assert(streams.every((stream) => stream !== null));
    const none = { stdin: DEVNULL, stdout: DEVNULL, stderr: DEVNULL } as const;
    await using nothing = await createSubprocessExec("cat", none);
    const nulls: [null, null, null] = [
      nothing.stdin,
      nothing.stdout,
      nothing.stderr,
    ];
    assertEquals(nulls, [null, null, null]);
    assertEquals(await nothing.communicate(), [null, null]);
    assertEquals(nothing.returncode, 0);
    await using merged = await createSubprocessExec("true", MERGED);
    assertEquals(merged.stderr satisfies null, null);
  }));

Deno.test("createSubprocessExec() inherits the streams by default", async () => {
  const script = `
    import * as asyncio from ${
    JSON.stringify(new URL("../../mod.ts", import.meta.url))
  };
    await asyncio.run(async () => {
      const process = await asyncio.createSubprocessExec("cat");
      const other = await asyncio.createSubprocessShell("echo error >&2");
      const third = await asyncio.createSubprocessShell(
        "echo merged >&2",
        { stderr: asyncio.STDOUT },
      );
      await other.wait();
      await third.wait();
      console.log(await process.wait(), process.stdin);
    });
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("input\n"));
  const stopWhenMerged = child.output();
  await writer.close();
  const { stdout, stderr } = await stopWhenMerged;
  const lines = text(stdout).trim().split("\n").sort();
  assertEquals(lines, ["0 null", "input", "merged"]);
  assertEquals(text(stderr), "error\n");
});

Deno.test("createSubprocessExec() takes the path or the URL of a program", () =>
  real(async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/a program`;
    const url = new URL(`file://${folder}/a%20program`);
    await Deno.writeTextFile(path, '#!/bin/sh\necho "$1"\n', { mode: 0o755 });
    assertEquals(await outputOf(path, ["by path"]), "by path\n");
    assertEquals(await outputOf(url, ["by URL"]), "by URL\n");
    const merged = await createSubprocessExec(url, "merged", MERGED);
    assertEquals(text((await merged.communicate())[0]), "merged\n");
    const cwd = { cwd: folder };
    assertEquals(await outputOf("./a program", ["in cwd"], cwd), "in cwd\n");
    await Deno.remove(folder, { recursive: true });
  }));

Deno.test("createSubprocessExec() joins a stream to a file descriptor", () =>
  real(async () => {
    const path = await Deno.makeTempFile();
    const fd = openSync(path, "w");
    try {
      const process = await createSubprocessShell("echo out; echo err >&2", {
        stdout: fd,
        stderr: STDOUT,
      });
      assertEquals(process.stdout, null);
      assertEquals(await process.wait(), 0);
      assertEquals(await Deno.readTextFile(path), "out\nerr\n");
      const input = openSync(path, "r");
      assertEquals(await outputOf("cat", [], { stdin: input }), "out\nerr\n");
      closeSync(input);
    } finally {
      closeSync(fd);
      await Deno.remove(path);
    }
  }));

Deno.test("createSubprocessExec() starts in a folder and in an environment", () =>
  real(async () => {
    const cwd = await Deno.realPath(await Deno.makeTempDir());
    const url = new URL(`file://${cwd}/`);
    const env = { ASYNCIO_TEST: "here" };
    assertEquals(await outputOf("pwd", [], { cwd }), `${cwd}\n`);
    assertEquals(await outputOf("pwd", [], { cwd: url }), `${cwd}\n`);
    const inherited = await outputOf("env", [], { env });
    assert(inherited.split("\n").includes("ASYNCIO_TEST=here"));
    assert(inherited.split("\n").some((line) => line.startsWith("PATH=")));
    const bare = await outputOf("env", [], { env, clearEnv: true });
    assertEquals(bare, "ASYNCIO_TEST=here\n");
    await Deno.remove(cwd);
  }));

Deno.test("createSubprocessExec() starts as a user and a group", () =>
  real(async () => {
    const mine = { uid: Deno.uid()!, gid: Deno.gid()! };
    const { uid, gid } = mine.uid === 0 ? { uid: 65534, gid: 65533 } : mine;
    assertEquals(await outputOf("id", ["-u"], { uid }), `${uid}\n`);
    assertEquals(await outputOf("id", ["-g"], { gid }), `${gid}\n`);
  }));

Deno.test({
  name: "createSubprocessExec() with detached leads a session",
  ignore: !HAS_PROC,
  fn: () =>
    real(async () => {
      const show = ["-c", 'cut -d" " -f5,6 /proc/$$/stat; echo $$'];
      const printed = await outputOf("sh", show, { detached: true });
      const [group, session, pid] = printed.trim().split(/\s+/);
      assertEquals([group, session], [pid, pid]);
    }),
});

Deno.test("createSubprocessShell() runs a command line", () =>
  real(async () => {
    const process = await createSubprocessShell(
      "for i in 1 2; do echo $i; done; echo no >&2; exit 7",
      { stdout: PIPE, stderr: PIPE },
    );
    const [stdout, stderr] = await process.communicate();
    assertEquals([text(stdout), text(stderr)], ["1\n2\n", "no\n"]);
    assertEquals(process.returncode, 7);
    const plain = await createSubprocessShell("exit 3");
    assertEquals(plain.stdin satisfies null, null);
    assertEquals(await plain.wait(), 3);
  }));

Deno.test("createSubprocessExec() with STDOUT keeps the order of both outputs", () =>
  real(async () => {
    const script = "for i in 1 2 3; do echo out$i; echo err$i >&2; done";
    const process = await createSubprocessExec("sh", "-c", script, MERGED);
    const [output, errors] = await process.communicate();
    assertEquals(text(output), "out1\nerr1\nout2\nerr2\nout3\nerr3\n");
    assertEquals(errors satisfies null, null);
  }));

Deno.test("createSubprocessExec() with STDOUT is the program itself, unchanged", () =>
  real(async () => {
    const args = ["a b", "", "'\"", "$HOME *", "größer", "\n", "-n"];
    const printed = await createSubprocessExec("printf", "[%s]", ...args, {
      ...MERGED,
    });
    const [output] = await printed.communicate();
    assertEquals(text(output), args.map((arg) => `[${arg}]`).join(""));

    const shell = await createSubprocessShell("echo $$ $0", MERGED);
    const [line] = await shell.communicate();
    assertEquals(text(line), `${shell.pid} /bin/sh\n`);

    const bare = await createSubprocessExec("env", {
      ...MERGED,
      clearEnv: true,
      env: { ONE: "1" },
    });
    const [variables] = await bare.communicate();
    assertEquals(text(variables), "ONE=1\n");

    const broken = await createSubprocessShell("if", MERGED);
    const [message] = await broken.communicate();
    assert(/syntax error/i.test(text(message)), text(message));
    assertEquals(broken.returncode, 2);
  }));

Deno.test("createSubprocessExec() with STDOUT and DEVNULL forgets both", () =>
  real(async () => {
    const process = await createSubprocessShell("echo a; echo b >&2", {
      stdout: DEVNULL,
      stderr: STDOUT,
    });
    assertEquals(await process.communicate(), [null, null]);
  }));

for (const [name, options] of [["pipes", {}], ["STDOUT", MERGED]] as const) {
  Deno.test(`createSubprocessExec() with ${name} fails as Deno says and leaves nothing`, () =>
    leavesNothing(() =>
      real(async () => {
        const { NotFound, PermissionDenied } = Deno.errors;
        const pipes = { stdin: PIPE, stdout: PIPE, stderr: PIPE, ...options };
        const start = (program: string, more: CreateSubprocessOptions = {}) =>
          assertRejects(async () => {
            await createSubprocessExec(program, { ...pipes, ...more });
          }, Error);
        const folder = await Deno.makeTempDir();
        const file = `${folder}/no program`;
        await Deno.writeTextFile(file, "");
        const missing = await start("no-such-program");
        const nowhere = await start(`${folder}/nothing`);
        const plain = await start(file);
        const directory = await start(folder);
        const noFolder = await start("true", { cwd: `${folder}/nothing` });
        await Deno.remove(folder, { recursive: true });
        assert(missing instanceof NotFound, `${missing}`);
        assert(nowhere instanceof NotFound, `${nowhere}`);
        assert(plain instanceof PermissionDenied, `${plain}`);
        assert(directory instanceof PermissionDenied, `${directory}`);
        assert(noFolder instanceof NotFound, `${noFolder}`);
        const codes = [missing, nowhere, plain, directory, noFolder];
        assertEquals(
          codes.map((error) => (error as unknown as { code: string }).code),
          ["ENOENT", "ENOENT", "EACCES", "EACCES", "ENOENT"],
        );
      })
    ));
}

Deno.test("createSubprocessExec() without --allow-run fails as Deno says", async () => {
  const script = `
    import * as asyncio from ${
    JSON.stringify(new URL("../../mod.ts", import.meta.url))
  };
    const tell = (error) => console.log(error instanceof Deno.errors.NotCapable);
    await asyncio.run(async () => {
      await asyncio.createSubprocessExec("true").catch(tell);
      await asyncio.createSubprocessShell("true").catch(tell);
    });
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      `data:application/javascript,${encodeURIComponent(script)}`,
    ],
  }).output();
  assertEquals(text(stdout), "true\ntrue\n", text(stderr));
});

Deno.test("createSubprocessExec() limits what its readers hold (SP1)", () =>
  real(async () => {
    await using process = await createSubprocessShell(
      "printf '%200s\\n' x; echo y",
      { stdout: PIPE, limit: 100 },
    );
    await assertRejects(() => process.stdout.readline(), RangeError, "100");
    assertEquals(text(await process.stdout.readline()), "y\n");
    await assertRejects(
      () => createSubprocessExec("true", { limit: 0 }),
      RangeError,
      "limit",
    );
  }));

const WRONG: readonly [string, unknown[], new () => Error, string][] = [
  ["a program that is none", [5], TypeError, "program must be a string"],
  ["an argument that is a number", ["true", 5], TypeError, "argument 1"],
  ["a list of arguments", ["true", ["-l"]], TypeError, "argument 1"],
  ["options before arguments", ["true", {}, "x"], TypeError, "argument 1"],
  ["text", ["true", { text: true }], TypeError, 'no option "text"'],
  ["encoding", ["true", { encoding: "utf8" }], TypeError, '"encoding"'],
  ["shell", ["true", { shell: true }], TypeError, 'no option "shell"'],
  ["a stream by name", ["true", { stdout: "piped" }], TypeError, '"piped"'],
  ["half a descriptor", ["true", { stdin: 0.5 }], TypeError, "received 0.5"],
  ["STDOUT for stdout", ["true", { stdout: STDOUT }], RangeError, "-2"],
  ["STDOUT for stdin", ["true", { stdin: STDOUT }], RangeError, "stdin"],
  ["a constant unknown", ["true", { stderr: -7 }], RangeError, "STDOUT"],
  ["a cwd that is no path", ["true", { cwd: 1 }], TypeError, "cwd must be"],
  ["env of numbers", ["true", { env: { A: 1 } }], TypeError, "env must be"],
  ["env that is none", ["true", { env: null }], TypeError, "received null"],
  ["clearEnv in words", ["true", { clearEnv: "yes" }], TypeError, "clearEnv"],
  ["a negative uid", ["true", { uid: -1 }], TypeError, "uid must be"],
  ["a named gid", ["true", { gid: "wheel" }], TypeError, '"wheel"'],
  ["detached by number", ["true", { detached: 1 }], TypeError, "detached"],
];

for (const [what, args, Class, message] of WRONG) {
  Deno.test(`createSubprocessExec() refuses ${what}`, () =>
    real(async () => {
      const start = createSubprocessExec as (
        ...args: unknown[]
      ) => PromiseLike<unknown>;
      await assertRejects(async () => await start(...args), Class, message);
    }));
}

Deno.test("createSubprocessShell() refuses a command that is not a string", () =>
  real(async () => {
    await assertRejects(
      () => createSubprocessShell(["ls"] as unknown as string),
      TypeError,
      "command must be a string",
    );
  }));

Deno.test("createSubprocessExec() takes options that are undefined as left out", () =>
  real(async () => {
    const options: object = {
      cwd: undefined,
      env: undefined,
      stdin: undefined,
    };
    const process = await createSubprocessExec("true", {
      ...options,
      stdout: PIPE,
    });
    assertEquals(process.stdin satisfies null, null);
    assertEquals(await process.wait(), 0);
  }));

Deno.test("createSubprocessExec() names the loop that can", async () => {
  await run(async () => {
    await assertRejects(
      async () => await createSubprocessExec("true"),
      NotImplementedError,
      "DenoEventLoop",
    );
  }, { loopFactory: () => new VirtualTimeEventLoop() });
});

Deno.test("createSubprocessExec() says so where processes cannot be started", () =>
  real(() =>
    without(Deno, "Command", async () => {
      for (
        const start of [
          () => createSubprocessExec("true"),
          () => createSubprocessShell("true"),
        ]
      ) {
        await assertRejects(
          async () => await start(),
          NotImplementedError,
          "Cannot start process: this runtime starts no processes",
        );
      }
    })
  ));

Deno.test("200 children run, as many at once as a Semaphore lets", () =>
  leavesNothing(() =>
    real(async () => {
      const most = 20;
      const semaphore = new Semaphore(most);
      let running = 0;
      let peak = 0;
      const outputs: string[] = [];
      await taskGroup(async (group) => {
        for (let i = 0; i < 200; i++) {
          group.createTask(async () => {
            using _ = await semaphore.acquire();
            peak = Math.max(peak, ++running);
            outputs[i] = await outputOf("echo", [`${i}`]);
            running--;
          });
        }
      });
      assertEquals(outputs, Array.from({ length: 200 }, (_, i) => `${i}\n`));
      assertEquals(peak, most);
    })
  ));
