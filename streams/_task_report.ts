import type { TaskSnapshot } from "../loop/task_snapshot.ts";
import { nameOfFrame } from "../loop/task_stack.ts";

const COLUMNS = ["id", "name", "state", "waits for", "runs", "awaited by"];

/** Shows the tasks of a snapshot as a table. */
export function formatTable(tasks: readonly TaskSnapshot[]): string {
  const names = namesOf(tasks);
  const rows = tasks.map((task) => [
    String(task.id),
    task.name,
    task.state,
    task.stack.length > 1 ? task.stack[0]! : "-",
    nameOfFrame(task.stack.at(-1) ?? "-"),
    task.awaitedBy.map((id) => names.get(id)).join(", ") || "-",
  ]);
  const widths = COLUMNS.map((column, i) =>
    rows.reduce((width, row) => Math.max(width, row[i]!.length), column.length)
  );
  const lines = [COLUMNS, widths.map((width) => "-".repeat(width)), ...rows];
  return lines.map((cells) =>
    cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()
  ).join("\n");
}

/** Shows which task waits for which: below each the tasks it waits for. */
export function formatTree(tasks: readonly TaskSnapshot[]): string {
  const names = namesOf(tasks);
  const awaited = new Map<number, TaskSnapshot[]>();
  for (const task of tasks) {
    for (const id of task.awaitedBy) {
      const children = awaited.get(id);
      if (children === undefined) awaited.set(id, [task]);
      else children.push(task);
    }
  }
  const shown = new Set<number>();
  const lines: string[] = [];
  const draw = (task: TaskSnapshot, lead: string, below: string): void => {
    const again = shown.has(task.id);
    const stack = task.stack.map(nameOfFrame).join(" <- ");
    const rest = again ? "(above)" : stack;
    lines.push(`${lead}${names.get(task.id)}  ${rest}`.trimEnd());
    if (again) return;
    shown.add(task.id);
    const children = awaited.get(task.id) ?? [];
    children.forEach((child, i) => {
      const last = i === children.length - 1;
      draw(
        child,
        `${below}${last ? "└── " : "├── "}`,
        `${below}${last ? "    " : "│   "}`,
      );
    });
  };
  for (const task of tasks) if (task.awaitedBy.length === 0) draw(task, "", "");
  // What is left waits in a circle: begin anywhere in it.
  for (const task of tasks) {
    if (shown.has(task.id)) continue;
    lines.push("tasks that wait for each other in a circle:");
    draw(task, "", "");
  }
  return lines.join("\n");
}

function namesOf(tasks: readonly TaskSnapshot[]): Map<number, string> {
  return new Map(tasks.map(({ id, name }) => [id, name]));
}
