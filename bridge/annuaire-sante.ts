/**
 * The Annuaire Santé FHIR API (ANS; FACTS §2.4): one professional by RPPS number, when the local index does not have them yet.
 * Key in `ESANTE-API-KEY`, 17 calls a second for an application, no sandbox; the specialty is in `Practitioner.qualification`,
 * the places are the organizations of the roles. Answers are kept; whatever goes wrong is `undefined`: a search never fails of it.
 */
import * as z from 'zod';
import type { DirectoryCompletion, DirectoryEntry } from '../care/people/directory.ts';
import type { Clocks } from '../care/relay/clock.ts';

export type AnnuaireSante = {
  /** `https://gateway.api.esante.gouv.fr/fhir/v2` */
  url: string;
  key: string;
  clocks: Pick<Clocks, 'machine' | 'pause'>;
  /** What a colleague reads for a code (`G15:10`, `SM15`); undefined for an unknown one. */
  labelOf: (code: string) => string | undefined;
  /** For the log: never a name. */
  onTrouble: (what: string) => void;
};

/** 17 calls a second, with a little to spare: an 18th in the same second is a 429. */
const BETWEEN_MS = 60;
/** A doctor waits for this answer; the API's own limit is 30 s. */
const TIMEOUT_MS = 3_000;
const KEPT_MS = 24 * 3_600_000;
/** Nobody today may be somebody tomorrow. */
const NOBODY_KEPT_MS = 3_600_000;
const MOST_KEPT = 1_000;
const REST_MS = 5_000;
const LARGEST_BYTES = 2 * 1024 ** 2;

const RPPS = 'https://rpps.esante.gouv.fr';
const PROFESSION = /TRE[_-]G15/;
const SPECIALTY = /TRE[_-]R38|TRE[_-]R39|TRE[_-]R40|TRE[_-]R42|TRE[_-]R43|TRE[_-]R44/;

const coding = z.object({ system: z.string().optional(), code: z.string().optional() });
const practitioner = z.object({
  resourceType: z.literal('Practitioner'),
  id: z.string(),
  active: z.boolean().optional(),
  identifier: z.array(z.object({ system: z.string().optional(), value: z.string().optional() })).default([]),
  name: z
    .array(
      z.object({
        family: z.string().optional(),
        given: z.array(z.string()).default([]),
        prefix: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  qualification: z.array(z.object({ code: z.object({ coding: z.array(coding).default([]) }) })).default([]),
});
const organization = z.object({
  resourceType: z.literal('Organization'),
  id: z.string(),
  name: z.string().optional(),
  telecom: z.array(z.object({ system: z.string().optional(), value: z.string().optional() })).default([]),
  address: z
    .array(
      z.object({
        line: z.array(z.string()).default([]),
        postalCode: z.string().optional(),
        city: z.string().optional(),
      }),
    )
    .default([]),
});
const bundle = z.object({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.object({ resource: z.unknown() })).default([]),
});

type Practitioner = z.infer<typeof practitioner>;
type Organization = z.infer<typeof organization>;

function ofType<T>(schema: z.ZodType<T>, found: z.infer<typeof bundle>): T[] {
  return found.entry.flatMap(({ resource }) => {
    const read = schema.safeParse(resource);
    return read.success ? [read.data] : [];
  });
}

function entryOf(
  rpps: string,
  who: Practitioner,
  organizations: readonly Organization[],
  labelOf: AnnuaireSante['labelOf'],
): DirectoryEntry | undefined {
  const [name] = who.name;
  if (name?.family === undefined) return undefined;
  const codings = who.qualification.flatMap(({ code }) => code.coding);
  const professionCode = codings.find(({ system }) => PROFESSION.test(system ?? ''))?.code ?? '';
  const specialties = codings.flatMap(({ system, code }) =>
    code !== undefined && SPECIALTY.test(system ?? '') ? [{ code, label: labelOf(code) ?? code }] : [],
  );
  const title = name.prefix.some((one) => /^pr\b/i.test(one)) ? 'Pr' : professionCode === '10' ? 'Dr' : '';
  return {
    id: rpps,
    kind: 'person',
    name: [title, ...name.given, name.family].filter((part) => part !== '').join(' '),
    profession: labelOf(`G15:${professionCode}`) ?? 'Professionnel de santé',
    professionCode,
    specialties,
    places: organizations.map(({ name: site, address, telecom }) => ({
      name: site,
      street: address[0]?.line.join(', '),
      postcode: address[0]?.postalCode,
      town: address[0]?.city,
      phone: telecom.find(({ system }) => system === 'phone')?.value,
    })),
  };
}

/** Nothing is asked before the first number that is looked for. */
export function annuaireSante({ url, key, clocks, labelOf, onTrouble }: AnnuaireSante): DirectoryCompletion {
  const kept = new Map<string, { at: number; entry: DirectoryEntry | undefined }>();
  const asked = new Map<string, Promise<DirectoryEntry | undefined>>();
  let turn: Promise<unknown> = Promise.resolve();
  let [nextAt, restUntil] = [0, 0];

  /** One after the other, spaced. */
  async function call(path: string): Promise<z.infer<typeof bundle>> {
    const mine = turn.then(async () => {
      const wait = nextAt - clocks.machine();
      if (wait > 0) await clocks.pause(wait);
      nextAt = clocks.machine() + BETWEEN_MS;
    });
    turn = mine;
    await mine;
    const answer = await fetch(`${url.replace(/\/$/, '')}/${path}`, {
      headers: { 'ESANTE-API-KEY': key, accept: 'application/fhir+json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error', // the key is for this address alone
    });
    if (answer.status === 429) {
      const seconds = Number(answer.headers.get('retry-after'));
      restUntil = clocks.machine() + (seconds > 0 ? seconds * 1000 : REST_MS);
    }
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const text = await answer.text();
    if (text.length > LARGEST_BYTES) throw new Error('an answer too large');
    return bundle.parse(JSON.parse(text));
  }

  async function look(rpps: string): Promise<DirectoryEntry | undefined> {
    const people = ofType(practitioner, await call(`Practitioner?identifier=${encodeURIComponent(`${RPPS}|${rpps}`)}`));
    const who = people.find(({ identifier }) => identifier.some(({ value }) => value === rpps || value === `8${rpps}`));
    if (who === undefined || who.active === false) return undefined;
    const roles = await call(
      `PractitionerRole?practitioner=${encodeURIComponent(who.id)}&active=true&_include=${encodeURIComponent('PractitionerRole:organization')}`,
    );
    return entryOf(rpps, who, ofType(organization, roles), labelOf);
  }

  async function ask(rpps: string): Promise<DirectoryEntry | undefined> {
    try {
      const entry = await look(rpps);
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
      kept.set(rpps, { at: clocks.machine(), entry });
      return entry;
    } catch (error) {
      onTrouble(
        error instanceof z.ZodError ? 'an answer of another shape' : error instanceof Error ? error.message : 'unknown',
      );
      return undefined;
    } finally {
      asked.delete(rpps);
    }
  }

  return {
    async byNumber(rpps) {
      const known = kept.get(rpps);
      const now = clocks.machine();
      if (known && now - known.at < (known.entry ? KEPT_MS : NOBODY_KEPT_MS)) return known.entry;
      if (now < restUntil) return undefined;
      const running = asked.get(rpps) ?? ask(rpps);
      asked.set(rpps, running);
      return running;
    },
  };
}
