/** Something that must not outlive its loop. */
export interface OpenResource {
  /** Lets go of the kernel object at once, without telling anybody. */
  release(): void;
}

/**
 * The transports and servers of a loop that are not closed yet. Closing the
 * loop releases them: a pending read would keep the process alive.
 */
export class OpenResources {
  readonly #resources = new Set<OpenResource>();

  /** How many resources are open. */
  get size(): number {
    return this.#resources.size;
  }

  /** Notes a resource that was opened. */
  add(resource: OpenResource): void {
    this.#resources.add(resource);
  }

  /** Forgets a resource that was closed. */
  delete(resource: OpenResource): void {
    this.#resources.delete(resource);
  }

  /** Releases what is still open. */
  releaseAll(): void {
    const resources = [...this.#resources];
    this.#resources.clear();
    for (const resource of resources) resource.release();
  }
}
