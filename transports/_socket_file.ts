/** Tells whether a path is a name outside the file system: Linux has such. */
export function isAbstract(path: string): boolean {
  return path.startsWith("\0") || path.startsWith("@");
}

/** The file of a Unix socket that listens. */
export class SocketFile {
  /** Where it is, or was. */
  readonly path: string;
  readonly #deno: typeof Deno;
  readonly #inode: string | null;

  /** Remembers which file it is; `null` is remembered if there is none. */
  constructor(deno: typeof Deno, path: string) {
    this.#deno = deno;
    this.path = path;
    this.#inode = inodeOf(deno, path);
  }

  /** Tells whether there is another file under the path now. */
  wasReplaced(): boolean {
    const inode = inodeOf(this.#deno, this.path);
    return inode !== null && inode !== this.#inode;
  }

  /** Removes the file, if it can be removed. */
  remove(): void {
    try {
      this.#deno.removeSync(this.path);
    } catch {
      // It has vanished, or the listener will remove it.
    }
  }

  /**
   * Puts the file out of the way of Deno, which removes what it finds under the
   * path when the listener goes.
   *
   * @returns A function that puts it back; `null` if it cannot be moved.
   */
  putAside(): (() => void) | null {
    const aside = `${this.path}.${crypto.randomUUID().slice(0, 8)}`;
    const { renameSync } = this.#deno;
    try {
      renameSync(this.path, aside);
    } catch {
      return null;
    }
    return () => {
      // Whoever has taken the place in the meantime keeps it.
      if (inodeOf(this.#deno, this.path) === null) {
        renameSync(aside, this.path);
      } else this.#deno.removeSync(aside);
    };
  }
}

/**
 * Removes the file that a server has left behind: a socket, and nothing else.
 * What cannot be looked at or removed is left to fail when it is listened on.
 */
export function removeStaleSocket(deno: typeof Deno, path: string): void {
  if (isAbstract(path)) return;
  try {
    if (deno.statSync(path).isSocket) deno.removeSync(path);
  } catch (error) {
    if (error instanceof deno.errors.NotCapable) throw error;
  }
}

function inodeOf(deno: typeof Deno, path: string): string | null {
  if (isAbstract(path)) return null;
  try {
    const { dev, ino } = deno.lstatSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
