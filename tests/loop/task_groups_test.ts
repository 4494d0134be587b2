// deno-lint-ignore-file require-yield
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  KeyboardInterrupt,
  RuntimeError,
  TimeoutError,
} from "../../loop/errors.ts";
import { ExceptionGroup } from "../../loop/exception_group.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { TaskGroup, taskGroup } from "../../loop/task_groups.ts";
import { createTask, currentTask, type Task } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { outcomeOf } from "../_support.ts";
import {
  recordReports,
  type ScriptStyle,
  testMixedScripts,
  testScripts,
  testVirtual,
} from "./_support.ts";

function failing(style: ScriptStyle, delay: number, message = "broken") {
  return style.body(function* () {
    yield sleep(delay);
    throw new RangeError(message);
  });
}

/** A body that logs how it ends. */
function logging(style: ScriptStyle, log: string[], name: string, delay = 60) {
  return style.body(function* () {
    try {
      yield sleep(delay);
      log.push(`${name} ended`);
    } catch (error) {
      log.push(`${name} ${(error as Error).name}`);
      throw error;
    }
  });
}

/** The messages of a group's errors, nested groups in brackets. */
function messages(error: unknown): string[] {
  assertInstanceOf(error, ExceptionGroup);
  return error.errors.map((inner) =>
    inner instanceof ExceptionGroup ? `[${messages(inner)}]` : inner.message
  );
}

/** The group that an operation must throw. */
async function groupOf(
  operation: () => PromiseLike<unknown>,
): Promise<string[]> {
  return messages(
    await assertRejects(async () => await operation(), ExceptionGroup),
  );
}

testMixedScripts(
  "taskGroup() waits for its body and all members",
  async (outer, inner) => {
    const log: string[] = [];
    const result = await taskGroup(outer.body(function* (group) {
      group.createTask(logging(inner, log, "a", 2));
      group.createTask(logging(inner, log, "b", 1));
      yield sleep(0.5);
      log.push("body ended");
      return "result";
    }));
    log.push("group ended");
    assertEquals(result, "result");
    assertEquals(log, ["body ended", "b ended", "a ended", "group ended"]);
    assertEquals(getRunningLoop().time(), 2);
  },
);

testScripts("taskGroup() runs its body in the caller's task", async (style) => {
  const task = currentTask();
  await taskGroup(style.body(function* (group) {
    assertStrictEquals(currentTask(), task);
    const member = group.createTask(
      style.body(function* () {
        return currentTask()!.getName();
      }),
      { name: "member" },
    );
    assertEquals(yield member, "member");
    assertStrictEquals(currentTask(), task);
  }));
});

testScripts("taskGroup() without members ends with its body", async (style) => {
  const loop = getRunningLoop();
  const log: string[] = [];
  loop.callSoon(() => log.push("next handle"));
  log.push(
    await taskGroup(style.body(function* () {
      return "no turn taken";
    })),
  );
  await sleep(0);
  assertEquals(log, ["no turn taken", "next handle"]);
});

testScripts("TaskGroup cannot be used twice (G1)", async (style) => {
  const group = new TaskGroup();
  const nothing = style.body(function* () {});
  await group.run(nothing);
  const message = "TaskGroup has already been entered";
  await assertRejects(
    async () => await group.run(nothing),
    RuntimeError,
    message,
  );
  const other = new TaskGroup();
  await other.run(async () => {
    await assertRejects(
      async () => await other.run(nothing),
      RuntimeError,
      message,
    );
  });
});

testVirtual(
  "TaskGroup.createTask() refuses before and after, and closes the coroutine (G1)",
  async () => {
    const group = new TaskGroup();
    const refuse = (reason: string) => {
      const coroutine = sleep(1);
      assertThrows(
        () => group.createTask(coroutine),
        RuntimeError,
        `Cannot create task: TaskGroup ${reason}`,
      );
      return assertRejects(
        async () => await coroutine,
        RuntimeError,
        "cannot reuse",
      );
    };
    await refuse("has not been entered");
    await group.run(async () => {});
    await refuse("is finished");
  },
);

testScripts(
  "TaskGroup.createTask() refuses while the group shuts down (G1)",
  async (style) => {
    const log: string[] = [];
    const errors = await groupOf(() =>
      taskGroup(style.body(function* (group) {
        group.createTask(failing(style, 1));
        try {
          yield sleep(60);
        } finally {
          const error = assertThrows(
            () => group.createTask(sleep(1)),
            RuntimeError,
          );
          log.push(error.message);
        }
      }))
    );
    assertEquals(log, ["Cannot create task: TaskGroup is shutting down"]);
    assertEquals(errors, ["broken"]);
  },
);

testScripts(
  "TaskGroup.createTask() works while the group waits for members (G2)",
  async (style) => {
    const log: string[] = [];
    await taskGroup(style.body(function* (group) {
      group.createTask(style.body(function* () {
        yield sleep(1);
        group.createTask(logging(style, log, "late member", 5));
      }));
      log.push("body ended");
    }));
    assertEquals(log, ["body ended", "late member ended"]);
    assertEquals(getRunningLoop().time(), 6);
  },
);

testVirtual(
  "TaskGroup.createTask() works in a callback and in another task (G2)",
  async () => {
    const log: string[] = [];
    await taskGroup(async (group) => {
      const member = (name: string) => () => void log.push(name);
      getRunningLoop().callLater(1, () => {
        group.createTask(async () => member("from a callback")());
      });
      const other = createTask(async () => {
        group.createTask(async () => member("from a task")());
      });
      await other;
      await sleep(2);
    });
    assertEquals(log, ["from a task", "from a callback"]);
  },
);

testMixedScripts(
  "a member that fails cancels the others and the body (G3)",
  async (outer, inner) => {
    const log: string[] = [];
    const errors = await groupOf(() =>
      taskGroup(outer.body(function* (group) {
        group.createTask(logging(inner, log, "member"));
        group.createTask(failing(inner, 1));
        yield* tryBody(log);
      }))
    );
    assertEquals(errors, ["broken"]);
    // The members come first, for the failing one cancels them before the body.
    assertEquals(log, ["member CancelledError", "body CancelledError"]);
    assertEquals(getRunningLoop().time(), 1);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

function* tryBody(log: string[]): Generator<ReturnType<typeof sleep>, void> {
  try {
    yield sleep(60);
  } catch (error) {
    log.push(`body ${(error as Error).name}`);
    throw error;
  }
}

testMixedScripts(
  "a member that fails while the group waits cancels the others (G3)",
  async (outer, inner) => {
    const log: string[] = [];
    const errors = await groupOf(() =>
      taskGroup(outer.body(function* (group) {
        group.createTask(logging(inner, log, "member"));
        group.createTask(failing(inner, 1));
      }))
    );
    assertEquals([errors, log], [["broken"], ["member CancelledError"]]);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

testScripts(
  "the errors of all members that fail are thrown together (G3, G7)",
  async (style) => {
    const untidy = style.body(function* () {
      try {
        yield sleep(60);
      } finally {
        throwIt("while cancelled");
      }
    });
    const errors = await groupOf(() =>
      taskGroup(style.body(function* (group) {
        group.createTask(untidy);
        group.createTask(failing(style, 1, "first"));
        group.createTask(failing(style, 1, "second"));
      }))
    );
    assertEquals(errors, ["first", "second", "while cancelled"]);
  },
);

function throwIt(message: string): never {
  throw new RangeError(message);
}

testScripts(
  "the error of the body comes last, and never bare (G5, G7)",
  async (style) => {
    const log: string[] = [];
    const error = await assertRejects(
      async () =>
        await taskGroup(style.body(function* (group) {
          group.createTask(logging(style, log, "member"));
          yield sleep(1);
          throw new RangeError("body");
        })),
      ExceptionGroup,
    );
    assertEquals(error.message, "unhandled errors in a TaskGroup");
    assertEquals([messages(error), log], [["body"], ["member CancelledError"]]);
    const both = await groupOf(() =>
      taskGroup(style.body(function* (group) {
        group.createTask(failing(style, 1, "member"));
        try {
          yield sleep(60);
        } finally {
          throwIt("body");
        }
      }))
    );
    assertEquals(both, ["member", "body"]);
  },
);

testScripts(
  "a member that is cancelled alone does not matter (G4)",
  async (style) => {
    const log: string[] = [];
    const result = await taskGroup(style.body(function* (group) {
      const member = group.createTask(logging(style, log, "a"));
      group.createTask(logging(style, log, "b", 2));
      yield sleep(1);
      member.cancel();
      yield sleep(0.5);
      return "went on";
    }));
    assertEquals([result, log], ["went on", ["a CancelledError", "b ended"]]);
  },
);

testMixedScripts(
  "a cancelled caller cancels body and members (G5)",
  async (outer, inner) => {
    const log: string[] = [];
    const task = createTask(outer.body(function* () {
      yield taskGroup(inner.body(function* (group) {
        group.createTask(logging(inner, log, "member"));
        yield* tryBody(log);
      }));
    }));
    await sleep(1);
    task.cancel("from outside");
    await assertRejects(async () => await task, CancelledError, "from outside");
    assertEquals(log, ["body CancelledError", "member CancelledError"]);
    assertEquals(task.cancelling(), 1);
  },
);

testScripts(
  "a caller that is cancelled while the group waits cancels the members (G5, G6)",
  async (style) => {
    const log: string[] = [];
    const tidy = style.body(function* () {
      try {
        yield sleep(60);
      } finally {
        yield sleep(5);
        log.push("tidy");
      }
    });
    const task = createTask(style.body(function* () {
      yield taskGroup(style.body(function* (group) {
        group.createTask(tidy);
      }));
    }));
    await sleep(1);
    task.cancel("first");
    await sleep(1);
    // Absorbed: the group does not leave before its members have ended.
    task.cancel("second");
    await sleep(1);
    assertEquals([outcomeOf(task), log], ["pending", []]);
    await assertRejects(async () => await task, CancelledError, "first");
    assertEquals([log, getRunningLoop().time()], [["tidy"], 6]);
  },
);

testScripts("an interrupt of a member is thrown bare (G7)", async (style) => {
  const log: string[] = [];
  const interrupt = style.body(function* () {
    yield sleep(1);
    throw new KeyboardInterrupt("Ctrl-C");
  });
  const outcome = await caught(() =>
    taskGroup(style.body(function* (group) {
      group.createTask(logging(style, log, "member"));
      group.createTask(interrupt);
    }))
  );
  assertInstanceOf(outcome, KeyboardInterrupt);
  assertEquals(log, ["member CancelledError"]);
});

async function caught(operation: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return await operation();
  } catch (error) {
    return error;
  }
}

testScripts(
  "errors beat a request from outside, which is not lost (G8, G9)",
  async (style) => {
    const log: string[] = [];
    const task = createTask(style.body(function* () {
      try {
        yield taskGroup(style.body(function* (group) {
          group.createTask(style.body(function* () {
            try {
              yield sleep(60);
            } finally {
              throwIt("while cancelled");
            }
          }));
          yield sleep(60);
        }));
      } catch (error) {
        log.push(...messages(error));
      }
      // The request is delivered again at the next wait.
      yield sleep(60);
    }));
    await sleep(1);
    task.cancel();
    await assertRejects(async () => await task, CancelledError);
    assertEquals([log, task.cancelling()], [["while cancelled"], 1]);
  },
);

testScripts(
  "a request from outside beside a failing member throws the errors, then cancels (G9)",
  async (style) => {
    const log: string[] = [];
    const task: Task<void> = createTask(style.body(function* () {
      try {
        yield taskGroup(style.body(function* (group) {
          group.createTask(style.body(function* () {
            yield sleep(1);
            task.cancel();
            throw new RangeError("broken");
          }));
          yield sleep(60);
        }));
      } catch (error) {
        log.push(...messages(error), `level ${currentTask()!.cancelling()}`);
      }
      yield sleep(60);
    }));
    await assertRejects(async () => await task, CancelledError);
    assertEquals(log, ["broken", "level 1"]);
  },
);

testMixedScripts(
  "the errors of an inner group reach the outer one as a group (G7)",
  async (outer, inner) => {
    const errors = await groupOf(() =>
      taskGroup(outer.body(function* (group) {
        group.createTask(inner.body(function* () {
          yield taskGroup(inner.body(function* (nested) {
            nested.createTask(failing(inner, 1, "deep"));
          }));
        }));
        yield sleep(60);
      }))
    );
    assertEquals(errors, ["[deep]"]);
  },
);

testMixedScripts(
  "an outer group that aborts cancels an inner one, which stays quiet (G8)",
  async (outer, inner) => {
    const log: string[] = [];
    const errors = await groupOf(() =>
      taskGroup(outer.body(function* (group) {
        group.createTask(failing(inner, 1, "outer member"));
        yield taskGroup(inner.body(function* (nested) {
          nested.createTask(logging(inner, log, "inner member"));
          yield sleep(60);
        }));
      }))
    );
    assertEquals([errors, log], [["outer member"], [
      "inner member CancelledError",
    ]]);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

testScripts(
  "members that end at once still call back through the loop (G10)",
  async (style) => {
    const log: string[] = [];
    await taskGroup(style.body(function* (group) {
      const member = group.createTask(
        style.body(function* () {
          log.push("member");
        }),
        { eagerStart: true },
      );
      member.addDoneCallback(() => log.push("callback"));
      log.push("body");
      yield sleep(0);
    }));
    await sleep(0);
    assertEquals(log, ["member", "body", "callback"]);
  },
);

testVirtual(
  "a member that fails after the parent ended is reported (G11)",
  async () => {
    const reports = recordReports();
    const parent = createTask(async () => {
      // Not awaited: the group outlives the task that entered it.
      const left = taskGroup(async (group) => {
        group.createTask(async () => {
          await sleep(2);
          throw new RangeError("orphan");
        }, { name: "member" });
        await sleep(60);
      });
      left.catch(() => {});
      await sleep(1);
    }, { name: "parent" });
    await parent;
    await sleep(5);
    assertEquals(reports.length >= 1, true);
    const [{ message, exception, task }] = reports as [typeof reports[0]];
    assert(message.includes("has errored out but its parent task"));
    assertEquals(String(exception), "RangeError: orphan");
    assertEquals((task as Task<unknown>).getName(), "member");
  },
);

testMixedScripts(
  "TaskGroup.cancel() ends body and members without an error (G12)",
  async (outer, inner) => {
    const log: string[] = [];
    const result = await taskGroup(outer.body(function* (group) {
      group.createTask(logging(inner, log, "member"));
      yield sleep(1);
      group.cancel();
      group.cancel();
      yield* tryBody(log);
    }));
    assertEquals(result, undefined);
    assertEquals(log.toSorted(), [
      "body CancelledError",
      "member CancelledError",
    ]);
    assertEquals([getRunningLoop().time(), currentTask()!.cancelling()], [
      1,
      0,
    ]);
  },
);

testScripts(
  "TaskGroup.cancel() from a member or a callback (G12)",
  async (style) => {
    const loop = getRunningLoop();
    const log: string[] = [];
    await taskGroup(style.body(function* (group) {
      group.createTask(logging(style, log, "a"));
      group.createTask(style.body(function* () {
        yield sleep(1);
        group.cancel();
      }));
      yield sleep(60);
    }));
    assertEquals([log, loop.time()], [["a CancelledError"], 1]);
    await taskGroup(style.body(function* (group) {
      group.createTask(logging(style, log, "b"));
      loop.callLater(1, () => group.cancel());
    }));
    assertEquals([log, loop.time()], [
      ["a CancelledError", "b CancelledError"],
      2,
    ]);
  },
);

testScripts(
  "TaskGroup.cancel() before the group is entered cancels on entry (G12)",
  async (style) => {
    const group = new TaskGroup();
    const log: string[] = [];
    group.cancel();
    await group.run(style.body(function* () {
      log.push("body begins");
      yield* tryBody(log);
    }));
    assertEquals(log, ["body begins", "body CancelledError"]);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

testScripts(
  "TaskGroup.cancel() after the end does nothing (G12)",
  async (style) => {
    const group = new TaskGroup();
    await group.run(style.body(function* () {}));
    group.cancel();
    await sleep(0);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

testScripts("TaskGroup.cancel() does not hide errors (G12)", async (style) => {
  const errors = await groupOf(() =>
    taskGroup(style.body(function* (group) {
      group.createTask(style.body(function* () {
        try {
          yield sleep(60);
        } finally {
          throwIt("while cancelled");
        }
      }));
      yield sleep(1);
      group.cancel();
      yield sleep(60);
    }))
  );
  assertEquals(errors, ["while cancelled"]);
});

testScripts(
  "TaskGroup.cancel() does not hide a request from outside (G12, G8)",
  async (style) => {
    const task = createTask(style.body(function* () {
      yield taskGroup(style.body(function* (group) {
        yield sleep(1);
        group.cancel();
        currentTask()!.cancel("from outside");
        yield sleep(60);
      }));
    }));
    await assertRejects(async () => await task, CancelledError);
    assertEquals(task.cancelling(), 1);
  },
);

testVirtual(
  "TaskGroup.cancel() by an eager member before it waits cancels that member (M3)",
  async () => {
    const log: string[] = [];
    await taskGroup(async (group) => {
      group.createTask(
        (function* () {
          group.cancel();
          yield* sleep(60);
          log.push("not reached");
        })(),
        { eagerStart: true },
      );
    });
    assertEquals([log, getRunningLoop().time()], [[], 0]);
  },
);

testScripts("a group under a timeout is ended by it", async (style) => {
  const log: string[] = [];
  await assertRejects(() =>
    timeout(
      1,
      style.body(function* () {
        yield taskGroup(style.body(function* (group) {
          group.createTask(logging(style, log, "member"));
        }));
      }),
    ), TimeoutError);
  assertEquals(log, ["member CancelledError"]);
});

testVirtual(
  "a group in Promise.all() that aborts leaves its siblings alone",
  async () => {
    const log: string[] = [];
    const sibling = async () => {
      await sleep(3);
      log.push("sibling ended");
    };
    const group = taskGroup(async (group) => {
      group.createTask(async () => {
        await sleep(1);
        throw new RangeError("member");
      });
      await sleep(60);
    });
    const outcomes = await Promise.allSettled([group, sibling()]);
    assertEquals(outcomes.map(({ status }) => status), [
      "rejected",
      "fulfilled",
    ]);
    assertEquals([log, currentTask()!.cancelling()], [["sibling ended"], 0]);
  },
);

Deno.test("taskGroup() works outside any task", async () => {
  const results = await taskGroup(async (group) => {
    const tasks = [1, 2].map((n) => group.createTask(sleep(0.001, n)));
    return [await tasks[0], await tasks[1]];
  });
  assertEquals(results, [1, 2]);
});

testScripts("1000 members, one of which fails, all end", async (style) => {
  let cancelled = 0;
  const errors = await groupOf(() =>
    taskGroup(style.body(function* (group) {
      for (let i = 0; i < 1000; i++) {
        group.createTask(style.body(function* () {
          try {
            yield sleep(60);
          } catch (error) {
            cancelled++;
            throw error;
          }
        }));
      }
      group.createTask(failing(style, 1));
    }))
  );
  assertEquals([errors, cancelled], [["broken"], 1000]);
});
