/**
 * Child processes: programs and shell commands, with streams to talk to them.
 *
 * @module
 */

export { DEVNULL, PIPE, STDOUT } from "./constants.ts";
export {
  createSubprocessExec,
  type CreateSubprocessOptions,
  createSubprocessShell,
  type ProcessFor,
  type StreamFor,
} from "./create.ts";
export { type Collected, Process } from "./process.ts";
