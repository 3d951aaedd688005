/** A number that the local index does not have is asked elsewhere, if there is an elsewhere. */
import type { Directory, DirectoryCompletion } from './directory.ts';

const RPPS = /^8?(\d{11})$/;

export function withCompletion(directory: Directory, completion: DirectoryCompletion): Directory {
  return {
    ...directory,
    async search(words, query) {
      const found = await directory.search(words, query);
      const rpps = RPPS.exec(words.replaceAll(/\s/g, ''))?.[1];
      if (rpps === undefined || found.total > 0 || found.away === 'late') return found;
      const entry = await completion.byNumber(rpps);
      if (entry === undefined) return found;
      const understood = [{ words, as: 'name' as const, label: `RPPS ${rpps}` }];
      return { entries: query.offset ? [] : [entry], total: 1, understood, unknown: [] };
    },
  };
}
