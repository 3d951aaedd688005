/** Where: the facility that speaks, and the unit (UF) where the patient is (FR Core Organization, Location; FACTS §1.6). */
import type { Unit } from '../../../care/stay/intent.ts';
import { codings, type Json, objects, text } from './json.ts';
import { instantOf } from './moment.ts';
import type { Resource, Resources, Target } from './resources.ts';

/** Longest chain of partOf that is followed; a loop ends there too. */
const MOST_HOPS = 8;

/** FINESS by its registry, its OID (with the leading 1 of IDNST), or the type of its identifier. */
export function finessOf(identifiers: readonly Json[]): string[] {
  return identifiers.flatMap((one) => {
    const value = text(one['value']);
    const system = text(one['system']) ?? '';
    const national = /finess\.esante\.gouv\.fr|1\.2\.250\.1\.71\.4\.2\.2$/.test(system);
    const typed = codings(one['type']).some(({ code }) => /^FINE[GJ]$|^FINESS$|^IDNST$/.test(code));
    if (value === undefined || !(national || typed)) return [];
    return [/^1\d{9}$|^12[AB]\d{7}$/.test(value) ? value.slice(1) : value];
  });
}

/** An organisation or location, then what it is part of. */
function chain(start: Target, resources: Resources): Target[] {
  const found: Target[] = [];
  let here: Target | undefined = start;
  while (here !== undefined && found.length < MOST_HOPS) {
    found.push(here);
    const resource: Resource | undefined = here.resource;
    const up: unknown = resource?.['partOf'] ?? resource?.['managingOrganization'];
    here = resource && up !== undefined ? resources.target(up, resource) : undefined;
  }
  return found;
}

/**
 * The facility. One that the source has declared wins over any other number of the same organisation (a hospital has a
 * FINESS as a legal body and one per site); nothing said at all means the only facility of the source.
 * @param candidates references that may lead to it, surest first
 * @returns '' when the message names none and the source speaks for several
 */
export function readFacility(candidates: Target[], resources: Resources, declared: readonly string[]): string {
  const chains = candidates.map((one) => chain(one, resources));
  const all = chains.flat().flatMap((one) => one.identifiers);
  const known = all.map((one) => text(one['value'])).find((value) => value !== undefined && declared.includes(value));
  const [first] = finessOf(all);
  const said = finessOf(all).find((finess) => declared.includes(finess)) ?? known ?? first;
  return said ?? (declared.length === 1 ? (declared[0] ?? '') : '');
}

/** Rooms, beds, floors and buildings say nothing of a team; their ward does (FR Core and HL7 location-physical-type). */
const SMALLER_OR_LARGER = new Set(
  'RO BD R B BX FTL BLC BR CLR PT LVL ETG AL WI BU BTMNT SI VI CO CA RD AREA JDN HO'.split(' '),
);

type Place = Unit & { kind: 'medical' | 'care' | 'housing' | 'other'; since: number | undefined; code: string };

/**
 * The unit of responsibility, the other units named, and since when.
 * @param warnings gets what was assumed, without any value
 */
export function readUnits(
  encounter: Resource,
  resources: Resources,
  facility: string,
  warnings: string[],
): { unit: Unit; others: string[]; since: number | undefined } {
  const entries = objects(encounter['location']).filter((one) => text(one['status'])?.toLowerCase() !== 'planned');
  const isOver = (one: Json): boolean =>
    text(one['status'])?.toLowerCase() === 'completed' || instantOf(endOf(one), 'end', []) !== undefined;
  const current = entries.some((one) => !isOver(one)) ? entries.filter((one) => !isOver(one)) : entries;
  const places = current.flatMap((one) => placeOf(one, encounter, resources, warnings) ?? []);
  // The last place first; entries without a period keep the order of the record, where the last one is the newest.
  places.reverse().sort((a, b) => (b.since ?? 0) - (a.since ?? 0));
  const provider = providerUnit(encounter, resources, facility);
  const best =
    places.find((one) => one.kind === 'medical') ??
    provider ??
    places.find((one) => one.kind === 'care') ??
    places.find((one) => one.kind === 'other') ??
    places[0];
  const others = [...places, ...(provider ? [provider] : [])].map(({ code }) => code);
  return {
    unit: { code: best?.code, label: best?.label },
    others: [...new Set(others)].filter((code) => code !== best?.code),
    since: best?.since,
  };
}

function endOf(entry: Json): unknown {
  return objects(entry['period'])[0]?.['end'];
}

function placeOf(entry: Json, encounter: Resource, resources: Resources, warnings: string[]): Place | undefined {
  const target = resources.target(entry['location'], encounter);
  const since = instantOf(objects(entry['period'])[0]?.['start'], 'Encounter.location.period.start', warnings);
  const own = codings(entry['physicalType']);
  for (const [n, here] of chain(target, resources).entries()) {
    const types = [...codings(here.resource?.['physicalType']), ...(n === 0 ? own : [])];
    if (types.some(({ code }) => SMALLER_OR_LARGER.has(code))) continue;
    const code = codeOf(here);
    if (code !== undefined) return { code, label: labelOf(here), kind: kindOf(here), since };
    if (n === 0 && here.resource === undefined) break; // nothing more is known of it than its address
  }
  const id = types(target);
  if (id === undefined || own.some(({ code }) => SMALLER_OR_LARGER.has(code))) return undefined;
  warnings.push('Encounter.location.location has no identifier: its id was read as the code of the unit');
  return { code: id, label: target.display, kind: 'other', since };
}

function types(target: Target): string | undefined {
  return target.key?.split('/')[1];
}

function codeOf(target: Target): string | undefined {
  const finess = finessOf(target.identifiers);
  return target.identifiers
    .map((one) => text(one['value']))
    .find((value) => value !== undefined && !finess.includes(value) && !finess.includes(value.slice(1)));
}

function labelOf(target: Target): string | undefined {
  return text(target.resource?.['name']) ?? target.display;
}

/** UFM, UFS, UFH: told by the system of the identifier, the type or the name, as editors do it. */
function kindOf(target: Target): Place['kind'] {
  const said = [
    ...target.identifiers.map((one) => text(one['system']) ?? ''),
    ...codings(target.resource?.['type']).flatMap(({ code, display }) => [code, display]),
    target.display ?? '',
  ].join(' ');
  if (/UF?M\b|responsabilit/i.test(said)) return 'medical';
  if (/UFS\b|unit[ée] de soins/i.test(said)) return 'care';
  return /UFH\b|h[ée]bergement/i.test(said) ? 'housing' : 'other';
}

/** serviceProvider is the hospital for some and the UF for others: an organisation of type UF, or without a FINESS of its own. */
function providerUnit(encounter: Resource, resources: Resources, facility: string): Place | undefined {
  const target = resources.target(encounter['serviceProvider'], encounter);
  const code = codeOf(target);
  const isUnit = codings(target.resource?.['type']).some((type) => type.code === 'UF' || /^SERVICE$/i.test(type.code));
  if (code === undefined || code === facility || (!isUnit && finessOf(target.identifiers).length > 0)) return undefined;
  return { code, label: labelOf(target), kind: 'medical', since: undefined };
}
