/**
 * The event loop: futures, coroutines, tasks, timeouts, task groups and what
 * runs them.
 *
 * @module
 */

export { AbstractEventLoop } from "./abstract_event_loop.ts";
export * from "./as_completed.ts";
export type {
  Awaitable,
  Body,
  CoroutineGenerator,
  CoroutineLike,
  Suspension,
} from "./awaitables.ts";
export type { BodyPromise } from "./body_promise.ts";
export type { Reaction } from "./native_wait.ts";
export { BaseEventLoop } from "./base_event_loop.ts";
export {
  type CallGraphOptions,
  captureCallGraph,
  formatCallGraph,
  type FrameCallGraphEntry,
  futureAddToAwaitedBy,
  type FutureCallGraph,
  futureDiscardFromAwaitedBy,
  printCallGraph,
} from "./call_graph.ts";
export type { Context } from "./context.ts";
export { coroutine } from "./coroutine_function.ts";
export { Coroutine } from "./coroutines.ts";
export { DenoEndpoints } from "./deno_endpoints.ts";
export { DenoEventLoop } from "./deno_event_loop.ts";
export { DenoServices } from "./deno_services.ts";
export { DenoSockets } from "./deno_sockets.ts";
export type { ErrorClass } from "./executor/error_codec.ts";
export * from "./executor/errors.ts";
export {
  Executor,
  type MapOptions,
  type ShutdownOptions,
} from "./executor/executor.ts";
export { currentJob, type Job, transfer } from "./executor/job.ts";
export { LoopPort } from "./executor/loop_port.ts";
export type { PoolOptions } from "./executor/pool_options.ts";
export {
  ProcessPoolExecutor,
  type ProcessPoolExecutorOptions,
} from "./executor/process_pool_executor.ts";
export { RemoteLoop } from "./executor/remote_loop.ts";
export { runCoroutineThreadsafe, toThread } from "./executor/threads.ts";
export type {
  UntypedModule,
  WorkFunction,
  WorkName,
  WorkParameters,
  WorkResult,
} from "./executor/work.ts";
export {
  WorkerPoolExecutor,
  type WorkerPoolExecutorOptions,
} from "./executor/worker_pool_executor.ts";
export {
  createEagerTaskFactory,
  eagerTaskFactory,
  type TaskConstructor,
  type TaskFactory,
} from "./eager_tasks.ts";
export { ensureFuture, wrapFuture } from "./ensure_future.ts";
export * from "./errors.ts";
export type {
  ExceptionHandler,
  ExceptionHandlerContext,
} from "./exception_handler.ts";
export { type ErrorCondition, ExceptionGroup } from "./exception_group.ts";
export { type AddDoneCallbackOptions, Future, isFuture } from "./futures.ts";
export {
  gather,
  type GatherOptions,
  type GatherResults,
  type SettledResults,
} from "./gather.ts";
export { type Callback, Handle, TimerHandle } from "./handles.ts";
export { InputOutput } from "./input_output.ts";
export {
  consoleLogger,
  getLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
  setLogger,
} from "./log.ts";
export {
  EventLoopPolicy,
  getEventLoop,
  getEventLoopPolicy,
  newEventLoop,
  setEventLoop,
  setEventLoopPolicy,
} from "./policy.ts";
export {
  run,
  Runner,
  type RunnerRunOptions,
  type RunOptions,
} from "./runners.ts";
export { getRunningLoop } from "./running.ts";
export { shield } from "./shield.ts";
export { sleep } from "./sleep.ts";
export { isCoroutine } from "./steps.ts";
export { TaskGroup, taskGroup } from "./task_groups.ts";
export { snapshotTasks, type TaskSnapshot } from "./task_snapshot.ts";
export {
  allTasks,
  createTask,
  type CreateTaskOptions,
  currentTask,
  type GetStackOptions,
  Task,
} from "./tasks.ts";
export { Timeout, timeout, timeoutAt } from "./timeouts.ts";
export { VirtualTimeEventLoop } from "./virtual_time_event_loop.ts";
export {
  ALL_COMPLETED,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type ReturnWhen,
  wait,
  type WaitOptions,
  type WaitResult,
} from "./wait.ts";
export { waitFor } from "./wait_for.ts";
