/**
 * The shape of a recorded case: a scenario, and the trace that CPython left when it ran it.
 */

/** A value as it stands in a scenario or a trace. */
export type Json = null | boolean | number | string | Json[];

/** One instruction of a body: its operation and the arguments. */
export type Step = [operation: string, ...args: unknown[]];

/** What a step may take where a task is meant: a name, or a coroutine of a body and the name of its task. */
export type Target = string | [kind: "coro", body: string, name: string];

/** A question about a counter, as `["n", ">=", 2]`. */
export type Predicate = [counter: string, comparison: string, value: number];

/** How to make an object: its kind and the arguments. */
export type ObjectSpecification = [kind: string, ...args: unknown[]];

/** One line of a trace: time, who, what, and the values. */
export type Line = Json[];

/** A program of the scenario language. */
export interface Scenario {
  name: string;
  eager?: boolean;
  objects?: Record<string, ObjectSpecification>;
  tasks: Record<string, Step[]>;
}

/** What a run left behind. */
export interface Outcome {
  trace: Line[];
  result: Json[];
  unretrieved: Json[][];
}

/** A scenario with what CPython recorded for it. */
export interface Case extends Outcome {
  scenario: Scenario;
}

/** The order to leave a body: what `return` hands outwards through the blocks that enclose it. */
export interface Signal {
  readonly value: Json;
}

/** A scenario that breaks the rules of the language: an error of the corpus or of the interpreter. */
export class MalformedScenarioError extends Error {
  override readonly name = "MalformedScenarioError";
}
