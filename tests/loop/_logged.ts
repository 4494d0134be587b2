import { type LogRecord, setLogger } from "../../loop/log.ts";

/** Collects what is logged while a body runs. */
export async function logged(
  body: () => Promise<void>,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    await body();
  } finally {
    setLogger(null);
  }
  return records;
}
