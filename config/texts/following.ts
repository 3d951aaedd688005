/** `demandes`, `delai`, `relance`: where one's requests stand. */
import type { Refusal } from '../../care/relay/refusal.ts';
import type { Mine } from '../../care/request/seeing.ts';
import type { Shown } from '../../care/request/shown.ts';
import type { EscalationTarget } from '../../care/request/sla-policy.ts';
import { answerLine } from './answers.ts';
import { sayDateTime, saySpan } from './dates.ts';
import { b, code, lines, type Piece, say } from './markup.ts';

/** One line of the list. Instants are epoch ms UTC. */
export type RequestLine = {
  code: string;
  title: string;
  mine: Mine;
  taker: string | undefined;
  /** The asker is awaited. */
  paused: boolean;
  waits: number | undefined;
  due: number | undefined;
  late: boolean;
};

export type RequestList = { lines: RequestLine[]; from: number; total: number; late: number };

export type RequestDetail = RequestLine & {
  asker: string | undefined;
  askedAt: number;
  shown: Shown[];
};

/** What became of a request that somebody declined for themselves: who is asked now. */
export type Declined = { code: string; left: 'others' | 'backup' | 'nobody' };

type DueNext = { at: number; what: 'remind' | 'escalate' | 'target'; to: EscalationTarget | undefined };

export type RequestDue = {
  code: string;
  title: string;
  status: 'waits' | 'asked' | 'taken' | 'paused' | 'answered' | 'ended';
  since: number;
  taker: string | undefined;
  due: { target: 'take' | 'answer'; at: number; late: boolean } | undefined;
  next: DueNext[];
};

export function requestList({ lines: shown, from, total, late }: RequestList, now: number): Piece {
  if (total === 0) return say`Aucune demande en cours pour vous.`;
  if (shown.length === 0) return say`C’est tout.`;
  const more = total - from - shown.length;
  return lines(
    say`${total === 1 ? '1 demande' : `${total} demandes`} en cours${late > 0 ? `, ${late} en retard` : ''}`,
    ...shown.map((one, n) => say`${from + n + 1}. ${b(one.code)} ${one.title} — ${stands(one, now)}`),
    more > 0 ? say`Et ${more} de plus : ${code('suite')}, ou un numéro pour le détail.` : undefined,
  );
}

export function declinedAlone({ code: request, left }: Declined): Piece {
  switch (left) {
    case 'others':
      return say`Noté. ${b(request)} reste ouverte pour les autres et ne vous sonne plus. Si vous pouvez finalement : ${code(`!prendre ${request}`)}`;
    case 'backup':
      return say`Noté. Plus personne de votre groupe ne peut prendre ${b(request)} : le renfort est appelé maintenant.`;
    case 'nobody':
      return say`Noté. Plus personne ne peut prendre ${b(request)} : la demande s’arrête, qui demandait est prévenu.`;
    default:
      return left satisfies never;
  }
}

function stands(one: RequestLine, now: number): Piece {
  const before =
    one.due === undefined ? undefined : one.late ? say`, ${b('en retard')}` : say`, avant ${sayDateTime(one.due, now)}`;
  if (one.waits !== undefined) return say`commence ${sayDateTime(one.waits, now)}`;
  switch (one.mine) {
    case 'answer':
      return one.paused ? say`précision attendue` : say`à répondre${before}`;
    case 'offered':
      return say`${one.taker ?? 'un confrère'} vous la propose${before}`;
    case 'group':
      return say`à prendre${before}`;
    case 'asked':
      if (one.paused) return say`${b('on attend votre précision')}`;
      return one.taker
        ? say`votre demande, suivie par ${one.taker}${before}`
        : say`votre demande, pas encore prise${before}`;
    default:
      return one.mine satisfies never;
  }
}

export function requestDetail(one: RequestDetail, now: number): Piece {
  return lines(
    say`${b(one.code)} ${one.title}`,
    say`Demandée par ${one.asker ?? 'quelqu’un qui ne souhaite pas être nommé'} le ${sayDateTime(one.askedAt, now)}`,
    ...one.shown.map(answerLine),
    say`Maintenant : ${stands(one, now)}`,
    one.mine === 'group' || one.mine === 'offered' ? say`Pour la prendre : ${code(`!prendre ${one.code}`)}` : undefined,
    one.mine === 'answer' ? say`L’identité et les documents sont dans le salon ${one.code}.` : undefined,
    one.mine === 'asked' && !one.paused ? say`Pour relancer : ${code(`!relance ${one.code}`)}` : undefined,
  );
}

const WHOM: Record<EscalationTarget, string> = {
  group: 'le groupe',
  'on-duty': 'la personne de garde',
  backup: 'l’équipe de renfort',
  coordinator: 'la coordination',
  asker: 'le demandeur',
};

export function requestDue(one: RequestDue, now: number): Piece {
  return lines(
    say`${b(one.code)} ${one.title}`,
    standing(one, now),
    one.due
      ? say`À ${one.due.target === 'take' ? 'prendre' : 'rendre'} avant ${sayDateTime(one.due.at, now)}${one.due.late ? ` : ${saySpan(now - one.due.at)} de retard` : ''}.`
      : undefined,
    ...one.next.map(({ at, what, to }) =>
      what === 'target'
        ? undefined
        : say`• ${sayDateTime(at, now)} : ${what === 'remind' ? 'rappel' : `alerte, ${to ? WHOM[to] : 'le groupe'}`}`,
    ),
  );
}

function standing({ status, taker, since, due }: RequestDue, now: number): Piece {
  switch (status) {
    case 'waits':
      return say`Commence ${sayDateTime(since, now)}.`;
    case 'asked':
      return say`Pas encore prise${due ? '' : ', sans délai fixé'}.`;
    case 'taken':
      return say`Suivie par ${taker ?? 'plusieurs participants'}${due ? '' : ', sans délai fixé'}.`;
    case 'paused':
      return say`Délai suspendu depuis ${sayDateTime(since, now)} : on attend la précision du demandeur.`;
    case 'answered':
      return say`Répondue ${sayDateTime(since, now)}.`;
    case 'ended':
      return say`Terminée ${sayDateTime(since, now)}.`;
    default:
      return status satisfies never;
  }
}

export function chased({
  code: which,
  rung,
  who,
}: {
  code: string;
  rung: 'taker' | 'group';
  who: string | undefined;
}): Piece {
  return rung === 'taker'
    ? say`${b(which)} : ${who ?? 'un confrère'} est relancé(e).`
    : say`${b(which)} : le groupe est relancé.`;
}

/** @param data `code`, and `at`, `next` in epoch ms UTC */
export function followingRefusal(
  why: 'not-the-asker' | 'asker-awaited' | 'chased-already' | 'chase-later' | 'statistics-not-yours' | 'unknown-period',
  data: Refusal['data'],
): Piece {
  const which = typeof data['code'] === 'string' ? data['code'] : '';
  const time = (key: string): string => sayDateTime(Number(data[key]), Number(data[key]));
  switch (why) {
    case 'not-the-asker':
      return say`${which} : seul le demandeur peut relancer.`;
    case 'asker-awaited':
      return say`${which} : c’est votre précision qui est attendue, dans le salon ${which}.`;
    case 'chased-already':
      return say`${which} : déjà relancée ${time('at')}. Prochaine relance possible ${time('next')}.`;
    case 'chase-later':
      return say`${which} : on ne relance pas à cette heure. Relancez à partir du ${time('at')}. Une urgence ? Le 15.`;
    case 'statistics-not-yours':
      return say`Les statistiques sont pour la coordination et les membres du groupe.`;
    case 'unknown-period':
      return say`Quelle période ? Par exemple ${code('ce mois')}, ${code('octobre')}, ${code('trimestre dernier')}, ${code('2026')} ou ${code('30 jours')}.`;
    default:
      return why satisfies never;
  }
}
