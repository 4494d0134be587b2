/**
 * Lays a table out in columns, texts to the left and figures to the right.
 *
 * @param head The titles.
 * @param rows The cells; an empty row becomes an empty line.
 * @param texts How many of the columns, from the first, are texts.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  texts = 2,
): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) =>
      column < texts
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    )
      .join("  ").trimEnd();
  return [
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
  ].join("\n");
}

/** Writes a figure with three or four meaningful digits. */
export function formatFigure(figure: number): string {
  if (Number.isNaN(figure)) return "";
  const digits = Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2;
  return figure.toFixed(digits);
}
