/**
 * The shape of the index: `person` (what is shown), `search` (FTS5: what is matched), `town` (whole names), `vocab` and
 * `gram` (words and their pieces, for typing faults: the vocabulary is compared, never the rows), `job` (labels that no
 * public list has). Persons are numbered in alphabetical order, so that the first 500 ids of a broad word make sense.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { DirectoryEntry } from '../care/people/directory.ts';
import { codeToken, loadJobs, shortLabel } from './directory-jobs.ts';
import type { Jobs } from './directory-jobs.ts';
import type { RppsRow } from './directory-rows.ts';
import { phraseOf, trigrams } from './directory-words.ts';

/** Written into the file: an index of another shape is refused with its cure rather than misread. */
export const INDEX_VERSION = 1;

const SHAPE = `
pragma user_version = ${INDEX_VERSION};
create table person(id integer primary key, rpps text not null, liberal integer not null, entry text not null) strict;
create virtual table search using fts5(family, given, job, town, place, tokenize = 'unicode61', prefix = '2 3 4');
create table town(folded text primary key, label text not null, n integer not null) strict, without rowid;
create table vocab(id integer primary key, term text not null, col text not null, n integer not null) strict;
create table gram(gram text not null, term integer not null, primary key(gram, term)) strict, without rowid;
create table job(code text primary key, label text not null) strict, without rowid;
create temp table found(sort text, rpps text, liberal integer, entry text, family text, given text, job text, town text, place text);
`;

type StagedRow = Omit<RppsRow, 'liberal'> & { liberal: number };

const orUndefined = (text: string): string | undefined => (text === '' ? undefined : text);

/** Rows of one person in one profession, as one entry: places and skills once each, in the order of the file. */
function entryOf(rows: StagedRow[], jobs: Jobs): DirectoryEntry | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const skills = new Map(rows.filter((row) => row.skillCode !== '').map((row) => [row.skillCode, row.skill]));
  const places = new Map<string, DirectoryEntry['places'][number]>();
  for (const row of rows) {
    if ([row.place, row.street, row.postcode, row.town, row.phone].every((text) => text === '')) continue;
    const phone = places.get(row.structure)?.phone ?? orUndefined(row.phone);
    places.set(row.structure, {
      name: orUndefined(row.place),
      street: orUndefined(row.street),
      postcode: orUndefined(row.postcode),
      town: orUndefined(row.town),
      phone,
    });
  }
  return {
    rpps: first.rpps,
    name: [first.title, first.given, first.family].filter((part) => part !== '').join(' '),
    profession: jobs.label(`g${first.professionCode}`) ?? first.profession,
    professionCode: first.professionCode,
    specialties: [...skills].map(([code, label]) => ({
      code,
      label: jobs.label(codeToken(code)) ?? shortLabel(label),
    })),
    places: [...places.values()],
  };
}

function insertFound(db: DatabaseSync, jobs: Jobs): (rows: StagedRow[]) => void {
  const insert = db.prepare(
    'insert into found values (:sort, :rpps, :liberal, :entry, :family, :given, :job, :town, :place)',
  );
  return (rows) => {
    const entry = entryOf(rows, jobs);
    if (entry === undefined) return;
    const distinct = (pick: (row: StagedRow) => string): string =>
      [...new Set(rows.map(pick).map(phraseOf))].join(' ').trim();
    const [family, given] = [distinct((row) => row.family), distinct((row) => row.given)];
    insert.run({
      sort: `${family} ${given}`,
      rpps: entry.rpps,
      liberal: rows.some((row) => row.liberal === 1) ? 1 : 0,
      entry: JSON.stringify(entry),
      family,
      given,
      job: [`g${entry.professionCode}`, ...entry.specialties.map(({ code }) => codeToken(code))].join(' '),
      town: distinct((row) => `${row.postcode} ${row.town}`),
      place: distinct((row) => row.place),
    });
  };
}

/** Tables that are made from the others once these are complete. */
function addVocabulary(db: DatabaseSync): void {
  db.exec(`
    insert into person(rpps, liberal, entry) select rpps, liberal, entry from found order by sort, found.rowid;
    insert into search(family, given, job, town, place)
      select family, given, job, town, place from found order by sort, found.rowid;
    insert into search(search) values ('optimize');
    create index person_rpps on person(rpps);
    create virtual table temp.terms using fts5vocab(main, search, col);
    insert into vocab(term, col, n)
      select term, case col when 'family' then 'name' when 'given' then 'name' else col end, sum(doc)
      from terms where col <> 'job' and length(term) > 1 group by 1, 2;
    create index vocab_term on vocab(term);
  `);
  const insert = db.prepare('insert or ignore into gram values (?, ?)');
  for (const { id, term } of db.prepare("select id, term from vocab where term glob '[a-z][a-z][a-z]*'").iterate()) {
    for (const gram of trigrams(term as string)) insert.run(gram, id as number);
  }
}

function addTowns(db: DatabaseSync): void {
  const towns = db.prepare("select town, count(*) as n from staged where town <> '' group by town").all();
  const insert = db.prepare(
    'insert into town values (:folded, :label, :n) on conflict do update set n = n + excluded.n',
  );
  for (const { town, n } of towns)
    insert.run({ folded: phraseOf(town as string), label: town as string, n: n as number });
}

/**
 * @param db an open transaction with the temporary table `staged` filled
 * @param breathe lets the event loop go on, every few thousand persons
 * @returns how many persons
 */
export async function buildIndex(db: DatabaseSync, breathe: () => Promise<void>): Promise<number> {
  db.exec(SHAPE);
  db.exec(
    `insert or ignore into job select skillCode, max(skill) from staged where skillCode <> '' group by skillCode`,
  );
  const jobs = loadJobs(db.prepare('select code, label from job').all() as { code: string; label: string }[]);
  const put = insertFound(db, jobs);
  let group: StagedRow[] = [];
  let people = 0;
  let n = 0;
  for (const row of db.prepare('select * from staged order by pp, professionCode, rowid').iterate()) {
    const next = row as unknown as StagedRow;
    const last = group.at(-1);
    if (next.pp !== last?.pp) people++;
    if (next.pp !== last?.pp || next.professionCode !== last.professionCode) {
      put(group);
      group = [];
    }
    group.push(next);
    if (++n % 20_000 === 0) await breathe();
  }
  put(group);
  addTowns(db);
  addVocabulary(db);
  return people;
}
