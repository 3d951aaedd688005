/** Reading a request's body under a hard cap, whether or not a length was announced. */

/**
 * @param limit bytes; reading stops at the first chunk that goes past it
 * @returns the body; `too-large`; `cut` when the sender went away in the middle
 */
export async function readCapped(request: Request, limit: number): Promise<Uint8Array | 'too-large' | 'cut'> {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (announced > limit) return 'too-large';
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > limit) {
        await reader.cancel().catch(() => undefined); // the sender may be gone already: nothing more to stop
        return 'too-large';
      }
      chunks.push(value);
    }
  } catch {
    return 'cut';
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
