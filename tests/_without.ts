/**
 * Runs `body` while an object lacks a property, such as what other runtimes do
 * not have.
 */
export async function without(
  object: object,
  name: string,
  body: () => Promise<void>,
): Promise<void> {
  const descriptor = Object.getOwnPropertyDescriptor(object, name)!;
  delete (object as Record<string, unknown>)[name];
  try {
    await body();
  } finally {
    Object.defineProperty(object, name, descriptor);
  }
}
