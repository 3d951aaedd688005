/** The log port: English, ids only; no field of a patient ever comes here (invariant 5). */
type Level = 'info' | 'warn' | 'error';
type LogFields = Record<string, string | number | boolean | undefined>;
export type Log = (level: Level, message: string, fields?: LogFields) => void;
