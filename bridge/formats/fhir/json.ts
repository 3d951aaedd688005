/** FHIR's JSON as somebody sent it: nothing is believed to have its type, and nothing here throws. */

export type Json = Record<string, unknown>;

export function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The objects of a list; one object where a list is meant is a list of one. */
export function objects(value: unknown): Json[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.map(object).filter((one) => one !== undefined);
}

/** A string, trimmed; undefined when it is empty or something else. Numbers are what some senders make of identifiers. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** The value at the end of a path of keys. */
export function at(value: unknown, ...path: string[]): unknown {
  let here: unknown = value;
  for (const key of path) here = object(here)?.[key];
  return here;
}

export type Coding = { system: string; code: string; display: string };

/** Codings of a CodeableConcept, of a list of them, or a bare Coding; codes in upper case. */
export function codings(value: unknown): Coding[] {
  return objects(value).flatMap((one) => {
    const inner = one['coding'] === undefined ? [one] : objects(one['coding']);
    return inner.map((coding) => ({
      system: text(coding['system']) ?? '',
      code: text(coding['code'])?.toUpperCase() ?? '',
      display: text(coding['display']) ?? text(one['text']) ?? '',
    }));
  });
}

export function hasCode(value: unknown, ...codes: string[]): boolean {
  return codings(value).some(({ code }) => codes.includes(code));
}

/** Extensions whose url ends with this name: two canonical roots are in use for several of them (FACTS §2). */
export function extensions(of: unknown, name: string): Json[] {
  return objects(at(of, 'extension')).filter((one) => {
    const url = text(one['url']) ?? '';
    return url === name || url.endsWith(`/${name}`);
  });
}

/** The value of an extension, whatever its type. */
export function valueOf(extension: Json): unknown {
  const key = Object.keys(extension).find((name) => name.startsWith('value'));
  return key === undefined ? undefined : extension[key];
}
