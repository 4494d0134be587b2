/** Whether two types are the same, to the letter. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Holds a claim about types; the type checker is the test. */
export function holds<_Claim extends true>(): void {}
