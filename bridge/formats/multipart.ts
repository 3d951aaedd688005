/**
 * multipart/form-data (RFC 7578) of a body in memory. Own reader, 40 lines: the Web's `formData()` needs the header's
 * boundary, and what is kept and read again later is the body alone. The first line of the body is the boundary.
 */

export type Part = { name: string; mediaType: string; bytes: Uint8Array };

/** A form of ours has two parts. */
const MOST_PARTS = 16;

/** @returns undefined for what is no multipart body. Never throws; bytes are views into the body */
export function readMultipart(body: Uint8Array): Part[] | undefined {
  const start = indexOf(body, [0x0d, 0x0a], 0);
  if (start < 3 || start > 200 || body[0] !== 0x2d || body[1] !== 0x2d) return undefined;
  const boundary = body.subarray(0, start);
  const delimiter = [0x0d, 0x0a, ...boundary];
  const parts: Part[] = [];
  let at = start;
  while (parts.length < MOST_PARTS) {
    if (body[at] === 0x2d && body[at + 1] === 0x2d) return parts; // `--boundary--`
    at += 2; // the line break after the boundary
    const head = indexOf(body, [0x0d, 0x0a, 0x0d, 0x0a], at);
    const end = head < 0 ? -1 : indexOf(body, delimiter, head + 2);
    if (end < 0) return undefined;
    const headers = new TextDecoder().decode(body.subarray(at, head));
    const name = /^content-disposition:[^\r\n]*[; ]name="?([^";\r\n]*)"?/im.exec(headers)?.[1] ?? '';
    const mediaType = /^content-type:\s*([^;\r\n]+)/im.exec(headers)?.[1] ?? 'text/plain';
    parts.push({ name, mediaType: mediaType.trim().toLowerCase(), bytes: body.subarray(Math.min(head + 4, end), end) });
    at = end + delimiter.length;
  }
  return undefined;
}

function indexOf(body: Uint8Array, sought: readonly number[], from: number): number {
  const [first = 0] = sought;
  for (let at = body.indexOf(first, from); at >= 0; at = body.indexOf(first, at + 1)) {
    if (sought.every((byte, n) => body[at + n] === byte)) return at;
  }
  return -1;
}
