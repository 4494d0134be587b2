import { builtinModule } from "../host.ts";

/** The kinds of permissions that `deno run` has a flag for. */
const PERMISSIONS = [
  "env",
  "ffi",
  "import",
  "net",
  "read",
  "run",
  "sys",
  "write",
] as const;

/** Names of the configuration file, in the order in which Deno looks. */
const CONFIGURATIONS = ["deno.json", "deno.jsonc"];

/**
 * Returns the flags for a process that is to be allowed what this one is, and
 * to resolve imports as the module's project does.
 */
export function defaultArguments(module: string | null): string[] {
  const flags = PERMISSIONS.filter((name) => isGranted({ name }))
    .map((name) => `--allow-${name}`);
  const configuration = module === null ? null : findConfiguration(module);
  if (configuration !== null) flags.push(`--config=${configuration}`);
  return flags;
}

/**
 * Looks for the configuration file as Deno does for a main module. It does not
 * for ours, which is no file.
 */
function findConfiguration(module: string): string | null {
  if (!module.startsWith("file:")) return null;
  let folder = new URL(".", module);
  for (;;) {
    for (const name of CONFIGURATIONS) {
      const path = new URL(name, folder);
      if (isFile(path)) return toPath(path);
    }
    const parent = new URL("..", folder);
    if (parent.href === folder.href) return null;
    folder = parent;
  }
}

function isFile(path: URL): boolean {
  // Without permission the question would be put to the user.
  if (!isGranted({ name: "read", path: toPath(path) })) return false;
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function isGranted(permission: PermissionQuery): boolean {
  const { state, partial } = Deno.permissions.querySync(
    permission as Deno.PermissionDescriptor,
  );
  return state === "granted" && !partial;
}

/** A permission; Deno's types do not know all kinds. */
interface PermissionQuery {
  readonly name: typeof PERMISSIONS[number];
  readonly path?: string;
}

function toPath(url: URL): string {
  const name = "node:url";
  return builtinModule<typeof import("node:url")>(name)!.fileURLToPath(url);
}
