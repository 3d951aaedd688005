/** Logs in JSON, one line each, English, ids only: no field of a patient ever comes here (invariant 5). */
export type Level = 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, fields?: Record<string, string | number>) => void;

/** @param write one line, without its end */
export function jsonLog(write: (line: string) => void, machine: () => number): Log {
  return (level, message, fields = {}) =>
    write(JSON.stringify({ at: new Date(machine()).toISOString(), level, message, ...fields }));
}
