/** The shadow report as a page of at most 100 columns: figures, then what to mend, by whom. */
import { parisDate } from '../care/relay/civil-time.ts';
import type { Count, ShadowFigures } from './shadow-figures.ts';

const WIDTH = 100;
const MOST_ROWS = 12;

/** What to do about a reason; the others need nothing. */
const CURES: Record<string, string> = {
  shadow: 'what a live source would say',
  'no-team': 'declare the équipe de soins of these patients (equipe.yaml), or they will be "à téléphoner"',
  'unknown-unit': 'add these UFs to units: with their policy, then relais quarantine replay',
  'missing-identity': 'the sender must put the IPP in PID-3 with type PI',
  'missing-visit': 'the sender must fill PV1-19 (or PID-18)',
  'missing-date': 'the sender must fill EVN-2, EVN-6 or ZBE-2; EVN-3 or PV2-9 for an A16',
  'bad-date': 'EVN-2, EVN-3 or PV2-9 hold impossible dates: mend the sender',
  'bad-movement': 'ZBE-1 and ZBE-4 contradict the trigger: mend the sender',
  'wrong-facility': 'MSH-4 is not in facility: of this source: declare it, or mend the sender',
  'merge-needs-human': 'merges and moves wait for a person: plan who looks at them',
  undecidable: 'PV1-2 empty, or a doubtful identity (PID-32): relais quarantine list says which',
  unreadable: 'relais quarantine list says where',
  'not-hl7': 'one message per frame or request, beginning with MSH',
  'unsupported-type': 'route ADT, MDM and ORU only to this source',
  'unsupported-version': 'send HL7 2.5 (PAM.fr)',
  'training-message': 'MSH-11 is T or D: set P, or accept_training: true',
  'fictional-identity': 'PID-32 FICT: test patients, or accept_fictional: true',
};

/** @param names of persons by id */
export function shadowPage(
  source: { id: string; shadow: boolean },
  f: ShadowFigures,
  names: (id: string) => string,
): string[] {
  const when = f.from === undefined || f.to === undefined ? '' : `, ${parisDate(f.from)} to ${parisDate(f.to)}`;
  return [
    `${source.id}: ${source.shadow ? 'in shadow, nothing is said' : 'live (what follows was noted while it was in shadow)'}`,
    `${f.messages} messages${when}; ${f.census} census lines`,
    ...section(
      'What became of them',
      f.outcomes.map(({ what, n }) => row(n, what, CURES[what.split(' ')[1] ?? ''])),
    ),
    ...section('What would have been said', [
      ...f.said.map((one) =>
        row(
          one.messages,
          one.kind,
          [
            one.rung > 0 ? `${one.rung} of them ring` : 'rings nobody',
            one.nobody > 0 ? `${one.nobody} more: nobody follows the patient` : '',
          ]
            .filter((text) => text !== '')
            .join('; '),
        ),
      ),
      ...(f.said.length === 0 ? ['        nothing yet'] : []),
    ]),
    ...section(
      'To whom',
      top(
        [...f.persons].sort((a, b) => b.messages - a.messages),
        ({ id, messages, rung, kinds }) =>
          row(messages, names(id), `rung ${rung} times: ${kinds.map(({ what, n }) => `${n} ${what}`).join(', ')}`),
      ),
    ),
    ...section('Discharges announced at least 24 h before', [
      f.discharges.told === 0
        ? '        no discharge yet'
        : `${percent(f.discharges.announced, f.discharges.told)}  ${f.discharges.announced} of ${f.discharges.told}${
            f.discharges.announced < f.discharges.told / 2
              ? ': ask the wards to enter the planned date (A16, or PV2-9)'
              : ''
          }`,
    ]),
    ...section(
      'How fields are filled',
      f.fields.map((one) => `${percent(one.filled, one.of)}  ${one.field}  (${one.filled} of ${one.of})`),
    ),
    ...section(
      f.unitTable ? 'UFs that are not in units:' : 'UFs (this source has no units: table)',
      top(f.units, plain),
    ),
    ...section('Facilities (MSH-4)', top(f.facilities, plain)),
    ...section('Character sets: MSH-18 → the bytes', [
      ...top(f.charsets, plain),
      ...(f.mismatches > 0
        ? [`        ${f.mismatches} say one thing and are another: read rightly, but have MSH-18 mended`]
        : []),
    ]),
    ...section('Repeated', [
      row(f.repeated.facts, 'facts sent again as new messages', 'said once'),
      row(f.repeated.controlIds, 'control ids (MSH-10, MSH-7) used for another message', 'taken as new messages'),
    ]),
    ...section('Triggers', top(f.triggers, plain)),
    ...section('Remarks of the reader', top(f.warnings, plain)),
  ].map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line));
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.flatMap(wrapped)];
}

/** A long line goes on below, under its text. */
function wrapped(line: string): string[] {
  if (line.length <= WIDTH) return [line];
  const cut = line.lastIndexOf(' ', WIDTH);
  return cut <= 12 ? [line] : [line.slice(0, cut), ...wrapped(`          ${line.slice(cut + 1)}`)];
}

function top<T>(list: readonly T[], say: (one: T) => string): string[] {
  const more = list.length - MOST_ROWS;
  return [...list.slice(0, MOST_ROWS).map(say), ...(more > 0 ? [`        and ${more} more (--json)`] : [])];
}

const plain = ({ what, n }: Count): string => row(n, what);

function row(n: number, what: string, remark?: string): string {
  return `${String(n).padStart(6)}  ${what}${remark === undefined || remark === '' ? '' : ` — ${remark}`}`;
}

function percent(part: number, of: number): string {
  return of === 0 ? '    – ' : `${String(Math.round((100 * part) / of)).padStart(4)} %`;
}
