/** Rejects with a `DOMException` "TimeoutError" when a promise is late. */
export declare function deadline<T>(
  promise: Promise<T>,
  milliseconds: number,
  options?: { signal?: AbortSignal },
): Promise<T>;
