/**
 * Slots as a scheduling service says them to the national platform (ANS, SAS interface: FrSlotAgregateur, its CPTS and SOS
 * Médecins forms): a Bundle of Slot with their Schedule, PractitionerRole, Practitioner, Location, HealthcareService. Pure.
 */
import type { SlotVisibility } from '../../care/request/slot.ts';
import type { FedSlot } from '../../care/request/slot-feed.ts';
import { at, codings, type Json, object, objects, text } from './fhir/json.ts';

/** `specialty` is a code of TRE_R38 where the sender gives no display. */
export type SasReading =
  | {
      slots: FedSlot[];
      /** Names of every slot of the Bundle: what is here no longer free, or has moved, is withdrawn. */
      uids: string[];
      /** The answer to a search is all there is for these professionals (RPPS) between these instants. */
      whole: { from: number; to: number; rpps: string[] } | undefined;
      /** English, without any value of the message. */
      warnings: string[];
    }
  | { unreadable: string; place: string };

const IDNPS = 'urn:oid:1.2.250.1.71.4.2.1';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
/** From the widest: a slot may have several, and each lets its own readers see it. */
const VISIBILITIES: readonly SlotVisibility[] = ['PUBLIC', 'PRO', 'CPTS', 'SNP'];
const MOST_SLOTS = 5_000;

/** Never throws for what a sender wrote. */
export function readSas(body: Uint8Array): SasReading {
  let bundle: Json | undefined;
  try {
    bundle = object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown);
  } catch {
    return { unreadable: 'the body is not JSON in UTF-8', place: 'Bundle' };
  }
  if (bundle?.['resourceType'] !== 'Bundle') return { unreadable: 'send a Bundle of Slot', place: 'resourceType' };
  const entries = objects(bundle['entry']);
  const found = resources(entries);
  const slots = entries.map((entry) => ({ entry, slot: object(entry['resource']) }));
  const all = slots.filter(({ slot }) => slot?.['resourceType'] === 'Slot');
  if (all.length > MOST_SLOTS)
    return { unreadable: `more than ${MOST_SLOTS} slots: send them in parts`, place: 'Bundle.entry' };
  const reading = { slots: [] as FedSlot[], uids: [] as string[], warnings: [] as string[] };
  for (const [n, { entry, slot = {} }] of all.entries()) {
    const uid = uidOf(entry, slot);
    if (uid === undefined) {
      reading.warnings.push(`Slot ${n + 1} has neither fullUrl, id nor identifier: it was left out.`);
      continue;
    }
    reading.uids.push(uid);
    if (text(slot['status']) !== 'free') continue;
    const read = slotOf(slot, uid, found);
    if (typeof read === 'string') reading.warnings.push(`Slot ${n + 1} was left out: ${read}.`);
    else reading.slots.push(read);
  }
  const whole = wholeOf(bundle, all.length);
  if (all.length === 0 && !whole)
    return {
      unreadable: 'no Slot in it, and no search (link self) whose empty answer it would be',
      place: 'Bundle.entry',
    };
  return { ...reading, whole };
}

type Found = (reference: unknown, from?: Json) => Json | undefined;

function resources(entries: Json[]): Found {
  const known = new Map<string, Json>();
  for (const entry of entries) {
    const resource = object(entry['resource']);
    if (!resource) continue;
    const url = text(entry['fullUrl']);
    if (url !== undefined) known.set(url, resource);
    known.set(`${text(resource['resourceType']) ?? ''}/${text(resource['id']) ?? ''}`, resource);
  }
  return (reference, from) => {
    const said = text(at(reference, 'reference')) ?? '';
    if (said.startsWith('#')) return objects(at(from, 'contained')).find((one) => text(one['id']) === said.slice(1));
    return known.get(said) ?? known.get(said.split('/').slice(-2).join('/'));
  };
}

function uidOf(entry: Json, slot: Json): string | undefined {
  const identifier = objects(slot['identifier']).map((one) => text(one['value']))[0];
  return text(slot['id']) ?? text(entry['fullUrl']) ?? identifier;
}

function slotOf(slot: Json, uid: string, found: Found): FedSlot | string {
  const [start, end] = [text(slot['start']) ?? '', text(slot['end']) ?? ''];
  if (!INSTANT.test(start) || !INSTANT.test(end)) return 'start and end are instants with their offset';
  const [from, to] = [Date.parse(start), Date.parse(end)];
  if (!(to > from)) return 'it ends before it begins';
  const schedule = found(slot['schedule'], slot);
  if (!schedule) return 'its Schedule is not in the Bundle';
  const actors = objects(schedule['actor'])
    .map((one) => found(one, schedule))
    .filter((one) => one !== undefined);
  const who = whoOf(actors, found);
  if (who.offeredBy === undefined)
    return 'its Schedule names neither a Practitioner nor a HealthcareService with a name';
  const modes = codings(slot['serviceType']).map(({ code }) => code);
  const mode = modes.includes('AMB')
    ? undefined
    : modes.includes('HH')
      ? 'home'
      : modes.includes('VR')
        ? 'video'
        : undefined;
  // Where the patient is, whatever the surgery's address.
  const elsewhere = mode === 'home' ? 'à domicile' : mode === 'video' ? 'en téléconsultation' : undefined;
  const place = elsewhere ?? who.place ?? who.structure;
  if (place === undefined) return 'nothing says where: PractitionerRole.location, or an actor of type Location';
  const link = text(slot['comment']);
  const url = link !== undefined && /^https?:\/\/\S+$/i.test(link) ? link : undefined;
  const said = codings(at(slot, 'meta', 'security')).map(({ code }) => code);
  const visibility = VISIBILITIES.find((one) => said.includes(one));
  const [specialty] = codings(slot['specialty']);
  return {
    uid,
    offeredBy: who.offeredBy,
    specialty: specialty?.display || specialty?.code || 'consultation',
    place,
    start: from,
    end: to,
    places: 1,
    // Nothing said of who may see it: those who regulate, the narrowest.
    visibility: visibility ?? 'SNP',
    ...(url && { url }),
    ...(who.phone && { phone: who.phone }),
    ...(who.rpps && { rpps: who.rpps }),
  };
}

function firstOf(of: Json | undefined, key: string, found: Found): Json | undefined {
  return objects(of?.[key])
    .map((one) => found(one, of))
    .find((one) => one !== undefined);
}

type Who = { offeredBy?: string; rpps?: string; place?: string; phone?: string; structure?: string };

function whoOf(actors: Json[], found: Found): Who {
  const actor = (type: string): Json | undefined => actors.find((one) => one['resourceType'] === type);
  const role = actor('PractitionerRole');
  const person = actor('Practitioner') ?? found(role?.['practitioner'], role);
  const service = actor('HealthcareService') ?? firstOf(role, 'healthcareService', found);
  const location = actor('Location') ?? firstOf(role, 'location', found) ?? firstOf(service, 'location', found);
  const structure = found(role?.['organization'], role) ?? found(service?.['providedBy'], service);
  const structureName = text(service?.['name']) ?? text(structure?.['name']);
  const offeredBy = nameOf(person) ?? structureName ?? text(location?.['name']);
  const rpps = rppsOf(person);
  const place = placeOf(location);
  const phone = [role, service, location, structure, person].map(phoneOf).find((one) => one !== undefined);
  return {
    ...(offeredBy && { offeredBy }),
    ...(rpps && { rpps }),
    ...(place && { place }),
    ...(phone && { phone }),
    ...(structureName && { structure: structureName }),
  };
}

function nameOf(person: Json | undefined): string | undefined {
  const [name] = objects(person?.['name']);
  if (!name) return undefined;
  const words = (key: string): string[] => [name[key]].flat().flatMap((word) => text(word) ?? []);
  const family = text(name['family'])?.toUpperCase();
  const whole = [...words('prefix'), ...words('given').slice(0, 1), ...(family ? [family] : [])].join(' ');
  return text(name['text']) ?? (whole === '' ? undefined : whole);
}

/** RPPS: the national number (IDNPS) is an 8 and the eleven digits. */
function rppsOf(person: Json | undefined): string | undefined {
  for (const identifier of objects(person?.['identifier'])) {
    const value = text(identifier['value']) ?? '';
    if (/^8\d{11}$/.test(value) && text(identifier['system']) === IDNPS) return value.slice(1);
    if (/^8\d{11}$/.test(value) && text(identifier['system']) === undefined) return value.slice(1);
    if (/^\d{11}$/.test(value)) return value;
  }
  return undefined;
}

function placeOf(location: Json | undefined): string | undefined {
  const address = object(location?.['address']);
  const lines: unknown[] = [address?.['line']].flat();
  const street = lines.flatMap((one) => text(one) ?? []).join(' ');
  const town = [text(address?.['postalCode']), text(address?.['city'])].filter((one) => one !== undefined).join(' ');
  const said = [text(location?.['name']) ?? '', street, town].filter((one) => one !== '').join(', ');
  return said === '' ? undefined : said.slice(0, 120);
}

function phoneOf(of: Json | undefined): string | undefined {
  return objects(of?.['telecom'])
    .filter((one) => (text(one['system']) ?? 'phone') === 'phone')
    .map((one) => text(one['value']))[0];
}

/** What was searched (link self), when its answer is whole: one page, and professionals named. */
function wholeOf(bundle: Json, count: number): { from: number; to: number; rpps: string[] } | undefined {
  const links = objects(bundle['link']);
  const self = links.find((link) => link['relation'] === 'self');
  if (!self || links.some((link) => link['relation'] === 'next') || Number(bundle['total'] ?? count) > count)
    return undefined;
  let asked: URLSearchParams;
  try {
    asked = new URL(text(self['url']) ?? '').searchParams;
  } catch {
    return undefined;
  }
  // A + that was not escaped has become a space.
  const bound = (prefix: string): number =>
    Date.parse((asked.getAll('start').find((one) => one.startsWith(prefix)) ?? '').slice(2).replace(' ', '+'));
  const [from, to] = [bound('ge'), bound('le')];
  const named = asked.get('schedule.actor:Practitioner.identifier')?.split(',') ?? [];
  const rpps = named.flatMap((one) => /8(\d{11})$/.exec(one)?.[1] ?? []);
  return Number.isNaN(from) || Number.isNaN(to) || rpps.length === 0 ? undefined : { from, to, rpps };
}
