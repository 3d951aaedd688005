/** `relais shadow report`: what a source in shadow would have said, and how its messages are filled. No patient field. */
import { parseParis } from '../config/paris-text.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Store } from '../care/relay/ports.ts';
import { type ShadowNote, shadowKey } from '../care/stay/shadow.ts';
import { auditAct, type Environment, sourceNamed, withStore } from './configured.ts';
import { shadowFigures } from './shadow-figures.ts';
import { shadowPage } from './shadow-page.ts';

export type ShadowOptions = { config: string; source: string; since?: string; json?: boolean };

const PAGE = 500;

/** @returns 0; 1 for a source or a date that does not exist, 2 for a broken configuration */
export async function shadowReport(
  options: ShadowOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ loaded, store }) => {
    const source = sourceNamed(loaded, options.source);
    if (!source) return 1;
    let since = 0;
    try {
      since = options.since === undefined ? 0 : parseParis(options.since);
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      return 1;
    }
    const notes = await store.files.find<ShadowNote>('shadow', shadowKey(source.id));
    const says = notes.flatMap((file) => file.state.says).filter((one) => one.at >= since);
    const figures = await shadowFigures(envelopesOf(store, source.id, since), says, source.policy);
    await auditAct(store, 'shadow:report', source.id);
    if (options.json === true) {
      print(JSON.stringify({ source: source.id, shadow: source.policy.shadow === true, ...figures }));
      return 0;
    }
    const names = new Map(loaded.people.map((person) => [person.id, person.name]));
    const about = { id: source.id, shadow: source.policy.shadow === true };
    for (const line of shadowPage(about, figures, (id) => names.get(id) ?? id)) print(line);
    return 0;
  });
}

async function* envelopesOf(store: Store, source: string, since: number): AsyncGenerator<Envelope> {
  for (let after = 0; ;) {
    const page = await store.inbox.lane(`in:${source}`, after, PAGE);
    for (const envelope of page) if (envelope.receivedAt >= since) yield envelope;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}
