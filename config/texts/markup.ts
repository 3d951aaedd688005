/**
 * One source for the plain body and its HTML: a template whose interpolations are escaped. What comes from outside
 * (a name in an HL7 field, a doctor's words) stays text in both: no tag, no link, no ring of the whole room.
 */
import type { Message } from '../../care/relay/message.ts';

/** A piece of message; only this file makes them, so that nothing unescaped gets in. */
export type Piece = Message & { readonly piece: true };

function piece(plain: string, html: string): Piece {
  return { plain, html, piece: true };
}

type Inside = string | number | Piece | undefined;

/** Text from our own sentences, escaped; line breaks become `<br>`. */
function text(value: string): Piece {
  return piece(value, escape(value).replaceAll('\n', '<br>'));
}

/** `say\`Entrée de ${b(name)}\`` */
export function say(parts: TemplateStringsArray, ...inside: Inside[]): Piece {
  return join(
    parts.flatMap((part, i) => {
      const value = inside[i];
      const own = text(part);
      if (value === undefined) return [own];
      return [own, typeof value === 'object' ? value : text(String(value))];
    }),
    '',
  );
}

/** Bold in HTML, nothing added to the plain body. */
export function b(value: string | Piece): Piece {
  const inner = typeof value === 'string' ? text(value) : value;
  return piece(inner.plain, `<strong>${inner.html}</strong>`);
}

/** What a person types, as it is to be typed. */
export function code(value: string): Piece {
  return piece(value, `<code>${escape(value)}</code>`);
}

/** Lines under each other; empty ones are left out. */
export function lines(...all: (Piece | undefined)[]): Piece {
  return join(
    all.filter((one) => one !== undefined && one.plain !== ''),
    '\n',
  );
}

export function join(all: (Piece | undefined)[], between: string): Piece {
  const kept = all.filter((one) => one !== undefined);
  return piece(
    kept.map((one) => one.plain).join(between),
    kept.map((one) => one.html).join(escape(between).replaceAll('\n', '<br>')),
  );
}

/**
 * A value written by somebody else (HL7 field, JSON, a colleague's question): one line unless `multiline`, at most
 * `max` characters, without control or bidirectional characters; a link is broken so that no client makes it clickable
 * (people are trained not to click: MISSION row 152) and `@room` rings nobody.
 */
export function outside(value: string, options: { max?: number; multiline?: boolean } = {}): Piece {
  const max = options.max ?? 80;
  const breaks = options.multiline
    ? value.replaceAll(/\r\n?/g, '\n').replaceAll(/\n{3,}/g, '\n\n')
    : value.replaceAll(/\s+/g, ' ');
  const bare = breaks

    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .replaceAll('://', ':// ')
    .replaceAll(/\bwww\./gi, 'www ')
    .replaceAll(/@room\b/gi, '@ room')
    .trim();
  return text(bare.length > max ? `${bare.slice(0, max - 1)}…` : bare);
}

function escape(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
