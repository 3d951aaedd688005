/** docs/relais.sample.yaml, generated from the schema: a key cannot be added without its sentence. */
import { z } from 'zod';
import { relaisSchema } from './schema/relais.ts';

type Node = {
  type?: string | string[];
  description?: string;
  default?: unknown;
  sample?: unknown;
  /** Not required by itself, but what most write. */
  shown?: boolean;
  /** The key whose place this one takes: both together are an error. */
  instead?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
};

/** @returns the text of the sample: every key, with its sentence; what may be left out is commented */
export function sampleConfig(): string {
  const schema = z.toJSONSchema(relaisSchema, { io: 'input' }) as Node;
  const head = [
    '# Relais configuration. Copy to relais.yaml, then: relais check-config -c relais.yaml',
    '# Paths are relative to this file. Secrets come from the environment, never from here.',
    '# Generated from config/schema/relais.ts: do not edit docs/relais.sample.yaml by hand.',
    '',
  ];
  return [...head, ...keys(schema, true)].join('\n') + '\n';
}

function keys(node: Node, top = false): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child], n) => {
    const lines = entry(key, child);
    if (child.instead !== undefined) return entry(key, child).map((line) => asAlternative(line, child.instead ?? ''));
    const optional = !child.shown && child.default === undefined && !(node.required ?? []).includes(key);
    const shown = optional ? lines.map((line) => (line.startsWith('#') ? line : `# ${line}`)) : lines;
    return top && n > 0 ? ['', ...shown] : shown;
  });
}

function asAlternative(line: string, to: string): string {
  return line.startsWith('#') ? line : `# instead of ${to}: ${line}`;
}

function entry(key: string, node: Node): string[] {
  const choices = node.enum ? ` (${node.enum.join(' | ')})` : '';
  const comment = node.description === undefined ? [] : [`# ${node.description}${choices}`];
  const indent = (lines: string[]): string[] => lines.map((line) => `  ${line}`);
  if (node.properties) return [...comment, `${key}:`, ...indent(keys(node))];
  const items = node.items?.properties ? keys(node.items) : undefined;
  if (items) {
    const first = items.findIndex((line) => !line.startsWith('#'));
    return [
      ...comment,
      `${key}:`,
      ...indent(items.map((line, n) => (n < first ? line : n === first ? `- ${line}` : `  ${line}`))),
    ];
  }
  const value = node.sample ?? node.default ?? node.const ?? node.enum?.[0];
  return [...comment, `${key}: ${Array.isArray(value) ? `[${value.map(scalar).join(', ')}]` : scalar(value)}`];
}

/** Quotes where YAML would read something else than text: identifiers made of digits. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^\d/.test(value) ? `'${value}'` : value;
}
