/**
 * MLLP framing (HL7 "Minimal Lower Layer Protocol" R1): VT, one message, FS CR. A pure reader fed with whatever the network
 * gives; it never throws, and what it gives does not depend on where the packets were cut.
 */
const [VT, FS, CR, LF] = [0x0b, 0x1c, 0x0d, 0x0a];

export type Framed =
  | { kind: 'message'; bytes: Uint8Array }
  /** Longer than the limit: its beginning (enough for the MSH, to be refused by name) and its whole length. */
  | { kind: 'too-large'; head: Uint8Array; length: number }
  /** Bytes between frames that are no line ends: how many. Never given to anybody. */
  | { kind: 'junk'; length: number };

export type FrameReader = {
  push(chunk: Uint8Array): Framed[];
  /** Nothing came for a while, or nothing more will: a frame that ended with FS and no CR is complete. */
  rest(): Framed[];
  /** Inside a frame that has not ended: cut here, it is nobody's message. */
  open(): boolean;
  /** Its FS has come, the CR has not. */
  ending(): boolean;
  /** Bytes of the frame under way. */
  length(): number;
  /** Bytes outside frames that have not been told yet. */
  junk(): number;
};

/** Kept of a message that is too large. */
const HEAD = 4096;

/**
 * @param limit longest message, in bytes. More is counted and not kept.
 *
 * An FS that neither CR, LF nor VT follows is content: cutting there could acknowledge half a message as a whole one.
 */
export function frameReader(limit: number): FrameReader {
  const head = Math.min(HEAD, limit);
  let state: 'outside' | 'inside' | 'ending' = 'outside';
  let kept: Uint8Array[] = [];
  let length = 0;
  let junk = 0;

  function keep(part: Uint8Array): void {
    const before = length;
    length += part.length;
    if (length <= limit) kept.push(part.slice());
    else if (before <= limit) kept = [joined([...kept, part]).slice(0, head)];
  }

  function ended(): Framed {
    const all = joined(kept);
    const frame: Framed = length > limit ? { kind: 'too-large', head: all, length } : { kind: 'message', bytes: all };
    state = 'outside';
    kept = [];
    length = 0;
    return frame;
  }

  function begin(found: Framed[]): void {
    if (junk > 0) found.push({ kind: 'junk', length: junk });
    junk = 0;
    state = 'inside';
  }

  return {
    push(chunk) {
      const found: Framed[] = [];
      for (let at = 0; at < chunk.length;) {
        const byte = chunk[at];
        if (state === 'outside') {
          if (byte === VT) begin(found);
          else if (byte !== CR && byte !== LF) junk += 1;
          at += 1;
        } else if (state === 'inside') {
          const end = chunk.indexOf(FS, at);
          keep(chunk.subarray(at, end === -1 ? chunk.length : end));
          if (end !== -1) state = 'ending';
          at = end === -1 ? chunk.length : end + 1;
        } else if (byte === CR || byte === LF || byte === VT) {
          found.push(ended()); // a VT begins the next one: it is read again, outside
          at += byte === VT ? 0 : 1;
        } else {
          keep(Uint8Array.of(FS));
          state = 'inside';
        }
      }
      return found;
    },
    rest() {
      const found: Framed[] = state === 'ending' ? [ended()] : [];
      if (junk > 0) found.push({ kind: 'junk', length: junk });
      junk = 0;
      return found;
    },
    open: () => state !== 'outside',
    ending: () => state === 'ending',
    length: () => length,
    junk: () => junk,
  };
}

/** A message as MLLP carries it. */
export function framed(message: Uint8Array | string): Uint8Array {
  const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
  return joined([Uint8Array.of(VT), bytes, Uint8Array.of(FS, CR)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
