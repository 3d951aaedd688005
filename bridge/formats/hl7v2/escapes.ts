/** Delimiters and escape sequences of HL7 v2 (HL7 2.5 §2.7). */
export type Delimiters = { field: string; component: string; repetition: string; escape: string; subcomponent: string };

export const STANDARD: Delimiters = { field: '|', component: '^', repetition: '~', escape: '\\', subcomponent: '&' };

/** Undoes `\F\ \S\ \T\ \R\ \E\ \.br\ \Xhh\`; highlighting is dropped; what is unknown or unclosed stays as it was sent. */
export function unescape(text: string, d: Delimiters): string {
  if (d.escape === '' || !text.includes(d.escape)) return text;
  let out = '';
  let from = 0;
  for (;;) {
    const open = text.indexOf(d.escape, from);
    const close = open < 0 ? -1 : text.indexOf(d.escape, open + 1);
    if (close < 0) return out + text.slice(from);
    const undone = undo(text.slice(open + 1, close), d);
    out += undone === undefined ? text.slice(from, close) : text.slice(from, open) + undone;
    from = undone === undefined ? close : close + 1; // the closing mark of an unknown escape may open the next one
  }
}

/** The reverse of `unescape` for one value; control characters become spaces. */
export function escape(text: string, d: Delimiters = STANDARD): string {
  const codes = new Map([
    [d.escape, 'E'],
    [d.field, 'F'],
    [d.component, 'S'],
    [d.repetition, 'R'],
    [d.subcomponent, 'T'],
  ]);
  return Array.from(text.replace(/\p{Cc}+/gu, ' '), (c) => {
    const code = codes.get(c);
    return code === undefined ? c : `${d.escape}${code}${d.escape}`;
  }).join('');
}

function undo(code: string, d: Delimiters): string | undefined {
  switch (code) {
    case '': // `\\`: senders that double the mark instead of writing \E\
    case 'E':
      return d.escape;
    case 'F':
      return d.field;
    case 'S':
      return d.component;
    case 'T':
      return d.subcomponent;
    case 'R':
      return d.repetition;
    case '.br':
    case '.sp':
      return '\n';
    case 'H':
    case 'N':
      return '';
    default:
      return code.length <= 2_001 && /^X(?:[0-9A-Fa-f]{2})+$/.test(code) ? hexadecimal(code.slice(1)) : undefined;
  }
}

function hexadecimal(digits: string): string {
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}
