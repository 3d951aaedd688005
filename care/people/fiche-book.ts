/**
 * The fiches in the store: one file each, and a marker whose version moves with every change, so that a search learns with one
 * small look-up whether what it knows is still true, whoever wrote (a coordinator in a room, the command line beside).
 */
import type { Decision, FileWrite } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { Store } from '../relay/ports.ts';
import type { Directory } from './directory.ts';
import { type Fiche, mergeFiche } from './fiche.ts';

type Files = Pick<Store, 'files'>;

const MARKER = '*';
/** Look-up key of every fiche. */
const ALL = 'all';

/** Changes whenever a fiche does; 0 when there has never been one. */
async function bookVersion({ files }: Files): Promise<number> {
  return (await files.load('fiche', MARKER))?.version ?? 0;
}

/** A directory that knows the book as it is at each search, and at the start. */
export function withBook(directory: Directory, store: Files): Directory {
  let known = 0;
  async function follow(): Promise<void> {
    const version = await bookVersion(store);
    if (version === known || directory.know === undefined) return;
    await directory.know((await store.files.find<Fiche>('fiche', ALL)).map(({ state }) => state));
    known = version;
  }
  return {
    async search(words, query) {
      await follow();
      return directory.search(words, query);
    },
    size: () => directory.size(),
  };
}

/**
 * Writes newer knowledge over older, value by value (mergeFiche), each with its history.
 * @param by a person's id, or `operator`: for the history; the audit row is the caller's
 * @returns the decision, and the fiches as they will be
 */
export async function decideFiches(
  { files }: Files,
  fiches: readonly Fiche[],
  by: string,
  now: number,
): Promise<{ decision: Decision; fiches: Fiche[] }> {
  const known = new Map((await files.find<Fiche>('fiche', ALL)).map((file) => [file.id, file]));
  const writes: FileWrite[] = [];
  const merged: Fiche[] = [];
  for (const fiche of fiches) {
    const before = known.get(fiche.id);
    const state = mergeFiche(before?.state, fiche);
    merged.push(state);
    writes.push({ kind: 'fiche', id: fiche.id, version: before?.version ?? 0, state, keys: [ALL] });
  }
  const marker: FileWrite = { kind: 'fiche', id: MARKER, version: await bookVersion({ files }), state: {} };
  const events = fiches.map((fiche) => ({
    kind: 'fiche' as const,
    id: fiche.id,
    type: 'checked',
    at: now,
    body: { by, fiche },
  }));
  return { decision: { ...emptyDecision(), files: [...writes, marker], events }, fiches: merged };
}
