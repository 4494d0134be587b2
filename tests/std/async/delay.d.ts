/** Waits on a native promise for a number of milliseconds. */
export declare function delay(
  milliseconds: number,
  options?: { signal?: AbortSignal; persistent?: boolean },
): Promise<void>;
