import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runProgram, startProgram } from "./_programs.ts";

// Real Ctrl-C, as SG2 has it: programs/interrupted.ts takes the signal.

for (const how of ["tidy", "generator"]) {
  Deno.test(`Ctrl-C lets main clean up, then ends with code 130 (${how}, SG2)`, async () => {
    const program = startProgram("interrupted.ts", { args: [how] });
    await program.until("ready");
    program.kill("SIGINT");
    const { code, lines, stderr } = await program.ending();
    assertEquals([code, lines], [130, ["ready", "clean"]]);
    assertStringIncludes(stderr, "KeyboardInterrupt");
  });
}

Deno.test("Ctrl-C is a KeyboardInterrupt to who catches it (SG2)", async () => {
  const program = startProgram("interrupted.ts", { args: ["tidy", "caught"] });
  await program.until("ready");
  program.kill("SIGINT");
  const { code, lines, stderr } = await program.ending();
  assertEquals(lines, [
    "ready",
    "clean",
    "caught KeyboardInterrupt: Ctrl-C ended the main task",
    "after",
  ]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("Ctrl-C reaches a main task that never waits for long (SG2)", async () => {
  const program = startProgram("interrupted.ts", { args: ["spinning"] });
  await program.until("ready");
  program.kill("SIGINT");
  assertEquals((await program.ending()).code, 130);
});

Deno.test("Ctrl-C reaches the innermost wait (SG2, K5)", async () => {
  const program = startProgram("interrupted.ts", { args: ["deep"] });
  await program.until("ready");
  program.kill("SIGINT");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [130, ["ready", "innermost"]]);
});

Deno.test("the second Ctrl-C ends the run at once (SG2)", async () => {
  const program = startProgram("interrupted.ts", { args: ["stubborn"] });
  await program.until("ready");
  program.kill("SIGINT");
  await program.until("refused");
  program.kill("SIGINT");
  const { code, lines, stderr } = await program.ending();
  // Closing the runner cancels main once more, as in asyncio.
  assertEquals([code, lines], [130, ["ready", "refused", "given in"]]);
  assertStringIncludes(stderr, "KeyboardInterrupt");
});

Deno.test("Ctrl-C that main takes for a hint ends the run normally (SG2)", async () => {
  const program = startProgram("interrupted.ts", {
    args: ["graceful", "caught"],
  });
  await program.until("ready");
  program.kill("SIGINT");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [0, ["ready", "result: result", "after"]]);
});

Deno.test("Ctrl-C that leads to another error throws that error (SG2)", async () => {
  const program = startProgram("interrupted.ts", {
    args: ["failing", "caught"],
  });
  await program.until("ready");
  program.kill("SIGINT");
  const { code, lines } = await program.ending();
  assertEquals(lines, [
    "ready",
    "caught RangeError: while cleaning up",
    "after",
  ]);
  assertEquals(code, 0);
});

Deno.test("Ctrl-C ends with code 130 though other tasks clean up for long (SG2, R2)", async () => {
  const program = startProgram("interrupted.ts", { args: ["parent"] });
  await program.until("ready");
  program.kill("SIGINT");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [130, ["ready", "child is clean"]]);
});

Deno.test("Ctrl-C after the run ends the process as usual: no listener is left", async () => {
  const program = startProgram("interrupted.ts", { args: ["tidy", "after"] });
  await program.until("ready");
  program.kill("SIGINT");
  await program.until("after");
  program.kill("SIGINT");
  assertEquals((await program.ending()).signal, "SIGINT");
});

Deno.test("SIGTERM ends the process as usual (SG2)", async () => {
  const program = startProgram("interrupted.ts", { args: ["tidy"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { signal, lines } = await program.ending();
  assertEquals([signal, lines], ["SIGTERM", ["ready"]]);
});

// A run that can never end.

for (const how of ["future", "queue", "group", "generator"]) {
  Deno.test(`run() that can never end is a deadlock (${how})`, async () => {
    const { code, lines } = await runProgram("deadlocked.ts", { args: [how] });
    assertMatch(lines[0]!, /^DeadlockError: Cannot go on: nothing is ready/);
    assertMatch(lines.join("\n"), how === "group" ? /main[^]+member/ : /main/);
    assertEquals(lines.at(-1), "cleaned up");
    assertEquals(code, 0);
  });
}

Deno.test("run() ends although its main task can be neither woken nor cancelled", async () => {
  const { code, lines, stderr } = await runProgram("deadlocked.ts", {
    args: ["deaf"],
  });
  assertMatch(lines[0]!, /^DeadlockError: Cannot go on: nothing is ready/);
  assertStringIncludes(stderr, "Task was destroyed but it is pending!");
  assertEquals(code, 0);
});

Deno.test("run() that can never end does not hang under a top-level await", async () => {
  const args = ["future", "awaited"];
  const { code, stderr } = await runProgram("deadlocked.ts", { args });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Top-level await promise never resolved");
});

Deno.test("run() names the stuck tasks under a top-level await, too", async () => {
  const { code, stderr } = await runProgram("stuck.ts", { args: ["nobody"] });
  assertMatch(
    stderr,
    /^DeadlockError: Cannot go on: .*\n {2}<Task pending name='main' /,
  );
  for (const name of ["Ada", "Grace"]) {
    const line = RegExp(`<Task pending name='${name}' .*wait_for=Lock.acquire`);
    assertMatch(stderr, line);
  }
  assertStringIncludes(stderr, "Top-level await promise never resolved");
  assertEquals(code, 1);
});

for (const how of ["timer", "listener", "signal"]) {
  Deno.test(`run() raises no false alarm while others may wake a task (${how})`, async () => {
    const { code, lines, stderr } = await runProgram("stuck.ts", {
      args: [how],
    });
    assertEquals([code, lines, stderr], [0, ["woken"], ""]);
  });
}

Deno.test("run() tells in debug mode for how long the tasks were stuck", async () => {
  const { stderr } = await runProgram("stuck.ts", {
    args: ["nobody", "debug"],
  });
  for (const name of ["main", "Ada", "Grace"]) {
    assertMatch(stderr, RegExp(`name='${name}' .*> for 1\\.\\d\\d\\d seconds`));
  }
});

Deno.test("run() that waits for the host is no deadlock", async () => {
  const { code, lines } = await runProgram("deadlocked.ts", { args: ["host"] });
  assertEquals([code, lines], [0, ["host: timer"]]);
});
