/** One FHIR message: the resources it carries, and how its references find them without ever asking a server. */
import { at, codings, type Json, object, objects, text } from './json.ts';

export type Resource = Json & { resourceType: string };

/** What a reference leads to: the resource when it came along, and in any case what the reference itself says. */
export type Target = {
  resource: Resource | undefined;
  /** The resource's own, then the reference's (a logical reference, R4 §2.3.0.2). */
  identifiers: Json[];
  display: string | undefined;
  /** `Encounter/12`, without server nor version. */
  key: string | undefined;
};

export type Resources = {
  /** Undefined for a resource that came alone. */
  bundle: Json | undefined;
  /** In the order of the message. */
  all: Resource[];
  ofType(type: string): Resource[];
  target(reference: unknown, from: Resource): Target;
};

/** @param json the parsed body. @returns undefined when it is no resource at all */
export function readResources(json: unknown): Resources | undefined {
  const root = asResource(json);
  if (root === undefined) return undefined;
  const bundle = root.resourceType === 'Bundle' ? root : undefined;
  const entries = bundle ? objects(bundle['entry']) : [{ resource: root }];
  const byAddress = new Map<string, Resource>();
  const all: Resource[] = [];
  for (const entry of entries) {
    const resource = asResource(entry['resource']);
    if (resource === undefined) continue;
    all.push(resource);
    const id = text(resource['id']);
    const fullUrl = text(entry['fullUrl']);
    if (fullUrl !== undefined) byAddress.set(withoutVersion(fullUrl), resource);
    if (id !== undefined) byAddress.set(`${resource.resourceType}/${id}`, resource);
    const key = fullUrl === undefined ? undefined : keyOf(fullUrl);
    if (key !== undefined) byAddress.set(key, resource);
  }
  return {
    bundle,
    all,
    ofType: (type) => all.filter((one) => one.resourceType === type),
    target(reference, from) {
      const said = object(reference);
      const address = withoutVersion(text(said?.['reference']) ?? '');
      const resource = address.startsWith('#')
        ? contained(from, address.slice(1))
        : (byAddress.get(address) ?? byAddress.get(keyOf(address) ?? ''));
      return {
        resource,
        identifiers: [
          ...objects(resource?.['identifier']),
          ...objects(said?.['identifier']).filter((one) => text(one['value']) !== undefined),
          ...conditional(address),
        ],
        display: text(said?.['display']),
        key: keyOf(address) ?? (resource === undefined ? undefined : ownKey(resource)),
      };
    },
  };
}

/** `Encounter/12`; the type alone for a resource without an id. */
export function ownKey(resource: Resource): string {
  const id = text(resource['id']);
  return id === undefined ? resource.resourceType : `${resource.resourceType}/${id}`;
}

/** The value of an identifier of one of these types (v2-0203 and the FR Core lists); the first one. */
export function identifierOfType(identifiers: readonly Json[], ...types: string[]): string | undefined {
  const found = identifiers.find((one) => codings(one['type']).some(({ code }) => types.includes(code)));
  return text(found?.['value']);
}

function asResource(value: unknown): Resource | undefined {
  const one = object(value);
  return text(one?.['resourceType']) === undefined ? undefined : (one as Resource);
}

/** A contained resource may be referred to from another contained one: `from` is then that one, and holds nothing. */
function contained(from: Resource, id: string): Resource | undefined {
  if (id === '') return from;
  const found = objects(at(from, 'contained')).find((one) => text(one['id']) === id);
  const resource = asResource(found);
  // What it contains sees its neighbours too.
  return resource && { ...resource, contained: from['contained'] };
}

function withoutVersion(address: string): string {
  return address.replace(/\/_history\/[^/]*$/, '');
}

function keyOf(address: string): string | undefined {
  const found = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(withoutVersion(address));
  return found === null ? undefined : `${found[1] ?? ''}/${found[2] ?? ''}`;
}

/** `Patient?identifier=system|value`, as transactions write conditional references. */
function conditional(address: string): Json[] {
  const found = /^[A-Z][A-Za-z]+\?(?:.*&)?identifier=([^&]+)/.exec(address)?.[1];
  if (found === undefined) return [];
  const [system, value] = found.includes('|') ? found.split('|') : ['', found];
  return value === undefined || value === '' ? [] : [{ system, value }];
}
