/** Writes a whole number in groups of three digits. */
export function grouped(count: number): string {
  return Math.round(count).toString().replace(/(?<=\d)(?=(\d{3})+$)/g, " ");
}

/** Writes a duration in milliseconds. */
export function milliseconds(seconds: number | null): string {
  return seconds === null ? "-" : `${(1_000 * seconds).toFixed(2)} ms`;
}

/** Writes a number of bytes in MiB. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Lays rows out in columns: the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("  ")
  ).join("\n");
}
