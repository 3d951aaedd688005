import { type Environment, withStore } from './configured.ts';

/** The last rows of the audit: who, what, on what, with what end. Blinded ids, no clinical content. */
export async function printAudit(
  options: { config: string; number: string },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  const limit = Number(options.number);
  if (!Number.isInteger(limit) || limit < 1) {
    console.error('--number wants a positive whole number');
    return 2;
  }
  return withStore(options.config, env, async ({ store }) => {
    for (const row of await store.audit(limit)) {
      print(
        `${new Date(row.at).toISOString()}  ${row.actor}  ${row.action}  ${row.subject}  ${row.outcome}  ${row.reason}`,
      );
    }
    return 0;
  });
}
