/** Logs in JSON, one line each (care/relay/log.ts says what may be in them). */
import type { Log } from '../care/relay/log.ts';

/** @param write one line, without its end. @param machine machine time, epoch ms */
export function jsonLog(write: (line: string) => void, machine: () => number): Log {
  return (level, message, fields = {}) => {
    write(JSON.stringify({ at: new Date(machine()).toISOString(), level, message, ...fields }));
  };
}
