/** The acts that an answered request counts for (FACTS §5): who did which, at what tariff of the day, and what to be careful of. Pure. */
import { DAY, toParis } from '../relay/civil-time.ts';
import type { PatientView } from '../relay/announcement.ts';
import type { People } from '../people/person.ts';
import type { Request } from './request.ts';

/** An act of config/data/tarifs.yaml. Dates are `YYYY-MM-DD` of Paris, `to` included. */
export type Tariff = {
  code: string;
  label: string;
  /** Who counts it: the one who answers or the one who asks. */
  by: 'taker' | 'asker';
  /** So many a year for one patient; undefined: without limit. */
  perYear: number | undefined;
  /** Ms between the request and its answer; undefined: without limit. */
  within: number | undefined;
  amounts: { from: string; to: string | undefined; euros: number; drom: number | undefined }[];
};

export type Act = { code: string; /** Person id. */ by: string; /** Of the answer, epoch ms UTC. */ at: number };

/** Said, never an obstacle: whether an act is paid is not ours to decide. */
export type BillingWarning =
  | { why: 'cap'; code: string; who: string; nth: number; most: number }
  | { why: 'late'; code: string; who: string; days: number; most: number };

/** Empty until it is answered. An act that the table does not know is counted for who answers. */
export function actsOf(request: Request, tariffs: readonly Tariff[]): Act[] {
  const { answeredAt, asker, pathway, replies, taker } = request;
  if (answeredAt === undefined) return [];
  return pathway.trace.billing.flatMap((code): Act[] => {
    const by = tariffs.find((one) => one.code === code)?.by === 'asker' ? asker : (replies.at(-1)?.by ?? taker);
    return by ? [{ code, by, at: answeredAt }] : [];
  });
}

/** @returns euros on that day; undefined when the table has none for it. @param drom the overseas tariff */
export function amountOf(tariffs: readonly Tariff[], code: string, at: number, drom = false): number | undefined {
  const { year, month, day } = toParis(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${year}-${two(month)}-${two(day)}`;
  const amount = tariffs
    .find((one) => one.code === code)
    ?.amounts.find(({ from, to }) => from <= date && (to === undefined || date <= to));
  return drom ? amount?.drom : amount?.euros;
}

/** Look-up keys of who counted acts in which year. */
export function billedKeys(request: Request): string[] {
  const { answeredAt, asker, taker, replies, pathway } = request;
  if (answeredAt === undefined || pathway.trace.billing.length === 0) return [];
  const ids = [asker, taker, replies.at(-1)?.by].filter((id) => id !== undefined && id !== '');
  return [...new Set(ids)].map((id) => billedKey(id as string, answeredAt));
}

export function billedKey(person: string, at: number): string {
  return `billed:${toParis(at).year}:${person}`;
}

/**
 * @param earlier other requests that this person counted in the same year
 * @returns what to be careful of; nothing about a cap when nobody knows which patient it is
 */
export function warningsOf(
  people: Pick<People, 'byId'>,
  tariffs: readonly Tariff[],
  request: Request,
  identity: PatientView | undefined,
  earlier: ReadonlyMap<string, readonly Request[]>,
): BillingWarning[] {
  return actsOf(request, tariffs).flatMap(({ code, by, at }): BillingWarning[] => {
    const tariff = tariffs.find((one) => one.code === code);
    if (!tariff) return [];
    const who = people.byId(by)?.name ?? by;
    const { perYear, within } = tariff;
    const warnings: BillingWarning[] = [];
    const before = (earlier.get(by) ?? []).filter(
      (other) =>
        other.code !== request.code &&
        isSamePatient({ ...request, identity }, other) &&
        actsOf(other, tariffs).some((act) => act.code === code && act.by === by),
    );
    if (perYear !== undefined && before.length >= perYear)
      warnings.push({ why: 'cap', code, who, nth: before.length + 1, most: perYear });
    if (within !== undefined && at - request.askedAt > within)
      warnings.push({
        why: 'late',
        code,
        who,
        days: Math.floor((at - request.askedAt) / DAY),
        most: Math.round(within / DAY),
      });
    return warnings;
  });
}

type Known = Pick<Request, 'patient' | 'identity'>;

function isSamePatient(a: Known, b: Known): boolean {
  if (a.patient !== undefined && b.patient !== undefined) return a.patient === b.patient;
  const [one, other] = [traits(a.identity), traits(b.identity)];
  return one !== undefined && one === other;
}

/** Birth date, sex apart, with the first names that are known: enough for a warning, never for a room. */
function traits(identity: PatientView | undefined): string | undefined {
  const { birthDate, givenName } = identity ?? {};
  const name = identity?.birthName ?? identity?.usedName;
  if (!birthDate || !name) return undefined;
  return [name, givenName ?? '', birthDate]
    .map((one) => one.normalize('NFD').replaceAll(/[^a-z0-9]/gi, ''))
    .join('|')
    .toLowerCase();
}
