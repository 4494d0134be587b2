import type { AbstractEventLoop } from "../loop/abstract_event_loop.ts";
import type { CoroutineLike } from "../loop/awaitables.ts";
import { captureContext } from "../loop/context.ts";
import type { TaskFactory } from "../loop/eager_tasks.ts";
import { describeValue } from "../loop/inspect.ts";
import { Task } from "../loop/tasks.ts";
import { INTERNAL, noteError, type Span, type Tracer } from "./tracer.ts";

/** Makes a span of every task; returns what ends that. */
export function traceTasks(
  loop: AbstractEventLoop,
  tracer: Tracer,
): () => void {
  const previous = loop.getTaskFactory();
  const make: TaskFactory = previous ??
    ((loop, source, options) => new Task(source, loop, options));
  const factory: TaskFactory = (loop, source, options) => {
    const { context } = options;
    if (context === undefined) {
      return traced(tracer, source, () => make(loop, source, options));
    }
    return context(() =>
      traced(
        tracer,
        source,
        () => make(loop, source, { ...options, context: captureContext() }),
      )
    );
  };
  loop.setTaskFactory(factory);
  return () => {
    if (loop.getTaskFactory() === factory) loop.setTaskFactory(previous);
  };
}

function traced<T>(
  tracer: Tracer,
  source: CoroutineLike<T>,
  make: () => Task<T>,
): Task<T> {
  return tracer.startActiveSpan(
    nameOf(source),
    { kind: INTERNAL },
    (span) => {
      const task = make();
      task.addDoneCallback(() => endSpan(span, task));
      return task;
    },
  );
}

function nameOf(source: CoroutineLike<unknown>): string {
  const { name } = source as { name?: unknown };
  if (typeof name === "string" && name !== "") return name;
  return typeof source === "function" ? "task" : describeValue(source);
}

function endSpan<T>(span: Span, task: Task<T>): void {
  span.setAttribute("asyncio.task.name", task.getName());
  if (task.cancelled()) span.setAttribute("asyncio.task.cancelled", true);
  else if (task.failed) noteError(span, task.failure);
  span.end();
}
