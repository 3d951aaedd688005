/** Requests as a table for the coordination's activity report: one line each, French headers, nobody's name unless it is asked. */
import { HOUR, toParis } from '../../care/relay/civil-time.ts';
import type { PatientView } from '../../care/relay/announcement.ts';
import type { People } from '../../care/people/person.ts';
import { actsOf, amountOf, type Tariff } from '../../care/request/billing.ts';
import { measureOf } from '../../care/request/measure.ts';
import { type Request, type RequestStatus, stageOf } from '../../care/request/request.ts';

type Cell = string | number | undefined;

export type ExportOptions = {
  people: Pick<People, 'byId'>;
  tariffs: readonly Tariff[];
  /** Overseas tariffs. */
  drom: boolean;
  /** Patients by request code, and the professionals by name; undefined: nobody is named. */
  identities: ReadonlyMap<string, PatientView> | undefined;
  /** Civil time, epoch ms UTC. */
  now: number;
};

const STATUS: Record<RequestStatus, string> = {
  asked: 'à prendre',
  taken: 'en cours',
  'info-requested': 'précision attendue',
  answered: 'répondue',
  closed: 'close',
  refused: 'déclinée',
  redirected: 'réorientée',
  cancelled: 'annulée',
  expired: 'expirée',
};

const HEADERS = [
  'Code',
  'Parcours',
  'Intitulé',
  'Étape',
  'Statut',
  'Territoire',
  'Demandée le',
  'Demandeur (rôle)',
  'Prise le',
  'Répondant (rôle)',
  'Répondue le',
  'Délai de prise (h)',
  'Délai de réponse (h)',
  'Dans les délais',
  'Résultat',
  'Actes',
  'Montant (€)',
];
const NAMED = ['Demandeur', 'Répondant', 'Patient', 'Date de naissance'];

/** Headers first. Delays are hours of the pathway's own clock; dates are `2026-11-23 09:05` of Paris. */
export function requestRows(requests: readonly Request[], options: ExportOptions): Cell[][] {
  return [
    options.identities ? [...HEADERS, ...NAMED] : HEADERS,
    ...requests.map((request) => [...plain(request, options), ...(options.identities ? named(request, options) : [])]),
  ];
}

function plain(request: Request, { people, tariffs, drom, now }: ExportOptions): Cell[] {
  const { code, pathway, status, asker, askedAt, answeredAt, opened, anonymous } = request;
  const measure = measureOf(request, now);
  const last = request.replies.at(-1);
  const acts = actsOf(request, tariffs);
  const amounts = acts.map((act) => amountOf(tariffs, act.code, act.at, drom));
  const from = asker === undefined ? undefined : people.byId(asker);
  return [
    code,
    pathway.id,
    pathway.title,
    stageOf(request).title,
    STATUS[status],
    anonymous ? undefined : from?.territory,
    date(askedAt),
    opened.by === 'stay' ? 'évènement hospitalier' : anonymous ? 'non nommé' : from?.role,
    date(request.passed?.[0]?.takenAt ?? request.history.find((h) => h.step === 'taken' || h.step === 'joined')?.at),
    roleOf(last?.by ?? request.taker, people),
    date(answeredAt),
    hours(measure.takenMs),
    hours(measure.answeredMs),
    measure.within === undefined ? undefined : measure.within ? 'oui' : 'non',
    outcomeOf(request),
    acts.map((act) => act.code).join(' '),
    amounts.length === 0 || amounts.includes(undefined)
      ? undefined
      : amounts.reduce<number>((sum, one) => sum + (one ?? 0), 0),
  ];
}

function named({ code, asker, anonymous, replies, taker }: Request, { people, identities }: ExportOptions): Cell[] {
  const identity = identities?.get(code);
  const name = (id: string | undefined): string | undefined =>
    id === undefined ? undefined : (people.byId(id)?.name ?? id);
  const patient = [identity?.usedName ?? identity?.birthName, identity?.givenName].filter(Boolean).join(' ');
  return [
    anonymous ? 'non nommé' : name(asker),
    name(replies.at(-1)?.by ?? taker),
    patient || undefined,
    identity?.birthDate,
  ];
}

function roleOf(id: string | undefined, people: Pick<People, 'byId'>): string | undefined {
  return id === undefined ? undefined : people.byId(id)?.role;
}

function outcomeOf(request: Request): string | undefined {
  const reply = request.replies.at(-1);
  const stage = request.pathway.stages.find((one) => one.id === reply?.stage);
  return stage?.outcomes.find((one) => one.word === reply?.outcome)?.label;
}

function hours(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round((ms / HOUR) * 100) / 100;
}

function date(instant: number | undefined): string | undefined {
  if (instant === undefined) return undefined;
  const { year, month, day, hour, minute } = toParis(instant);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}
