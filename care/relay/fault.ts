import { StoreFailure } from './store-failure.ts';

/**
 * What may be logged of a fault: its name, its code and where it happened. Never its message: a parser's or a
 * database's message may quote the very text that was sent (invariant 5).
 */
export function faultFields(fault: unknown): Record<string, string> {
  if (!(fault instanceof Error)) return { error: typeof fault };
  const frames = (fault.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: fault.name,
    ...(fault instanceof StoreFailure ? { why: fault.message } : {}), // ours: they quote nothing
    ...('code' in fault && typeof fault.code === 'string' ? { code: fault.code } : {}),
    at: frames.slice(0, 4).join(' ').replaceAll(/\s+/g, ' ').trim(),
  };
}
