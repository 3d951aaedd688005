/** MLLP on real sockets: what a hospital's engine does, and what a bad network does to it. */
import { afterEach, describe, expect, test } from 'vitest';
import { framed } from '../../bridge/formats/hl7v2/mllp-frames.ts';
import { adt } from '../formats/hl7v2/fixtures.ts';
import { bodies, closeAll, message, openMllp } from './mllp-engine.ts';

afterEach(closeAll);

describe('a connection', () => {
  test('several messages, one after the other, each answered once it is stored', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    for (const id of ['C1', 'C2', 'C3']) {
      engine.send(framed(message(id)));
      expect(await engine.msa()).toBe(`AA|${id}`);
      expect(bodies(opened).at(-1)).toBe(id);
    }
    expect(opened.inbox.stored[0]).toMatchObject({ lane: 'in:dpi', source: 'dpi', format: 'hl7v2' });
  });

  test('half a frame over many packets, then several frames in one: answered in order, together stored in one commit', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    const bytes = framed(message('C1'));
    for (let at = 0; at < bytes.length; at += 40) {
      engine.send(bytes.subarray(at, at + 40));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await engine.msa()).toBe('AA|C1');
    engine.send(Buffer.concat(['C2', 'C3', 'C4'].map((id) => framed(message(id)))));
    expect([await engine.msa(), await engine.msa(), await engine.msa()]).toEqual(['AA|C2', 'AA|C3', 'AA|C4']);
    expect(bodies(opened)).toEqual(['C1', 'C2', 'C3', 'C4']);
    expect(opened.commits).toEqual([1, 3]);
  });

  test('without the last CR, with blanks and noise: answered, and the noise is counted without being said', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    engine.send(`secret noise\r\n\x0b${message('C1')}\x1c`);
    expect(await engine.msa()).toBe('AA|C1');
    expect(opened.lines.join()).toContain('"bytes":12');
    expect(opened.lines.join()).not.toContain('noise');
  });

  test('unreadable: AE with ERR, stored; not HL7: AR, stored; an empty frame is nothing', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    engine.send(framed(adt('A01', { MSH: { 10: 'C1' }, PID: { 3: '' } })));
    expect(await engine.msa()).toBe('AE|C1');
    engine.send(framed('hello'));
    expect(await engine.msa()).toBe('AR');
    engine.send(Buffer.concat([framed(''), framed(message('C2'))]));
    expect(await engine.msa()).toBe('AA|C2');
    expect(opened.inbox.stored.map((one) => one.settled?.outcome)).toEqual(['quarantined', 'rejected', undefined]);
  });

  test('enhanced mode: commit accept, then the application acknowledgement; MSH-15 and 16 NE: silence', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    engine.send(framed(message('C1', { 15: 'AL', 16: 'AL' })));
    expect([await engine.msa(), await engine.msa()]).toEqual(['CA|C1', 'AA|C1']);
    engine.send(framed(message('C2', { 15: 'NE', 16: 'NE' })));
    engine.send(framed(message('C3', { 15: 'AL', 16: 'NE' })));
    expect(await engine.msa()).toBe('CA|C3');
    engine.send(framed(message('C1', { 15: 'AL', 16: 'AL' }))); // again: the same two
    expect([await engine.msa(), await engine.msa()]).toEqual(['CA|C1', 'AA|C1']);
    expect(bodies(opened)).toEqual(['C1', 'C2', 'C3']);
  });

  test('too large: AR by its number, nothing stored, the next one is taken', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    engine.send(framed(`${message('C1')}NTE|1||${'x'.repeat(20_000)}\r`));
    expect(await engine.msa()).toBe('AR|C1');
    engine.send(framed(message('C2')));
    expect(await engine.msa()).toBe('AA|C2');
    expect(bodies(opened)).toEqual(['C2']);
    expect(opened.lines.join()).toContain('too large');
  });

  test('somebody who speaks HTTP is cut with the cure in the log', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    engine.send(`POST / HTTP/1.1\r\n\r\n${'x'.repeat(20_000)}`);
    await engine.closed;
    expect(opened.lines.join()).toContain('frame each message as VT');
  });

  test('the sender closes its side after its last frame: still answered; after half of one: dropped', async () => {
    const opened = await openMllp();
    const engine = await opened.dial();
    engine.socket.end(Buffer.concat([framed(message('C1')), framed(message('C2')).subarray(0, 90)]));
    expect(await engine.msa()).toBe('AA|C1');
    await engine.closed;
    expect(bodies(opened)).toEqual(['C1']);
    await opened.server.close();
    expect(opened.lines.join()).toContain('half an mllp message dropped');
  });
});

describe('what cannot be stored', () => {
  test('is not answered: the connection closes, and the message is taken when it is sent again', async () => {
    const opened = await openMllp();
    opened.inbox.broken = true;
    const engine = await opened.dial();
    engine.send(Buffer.concat([framed(message('C1')), framed(message('C2'))]));
    await engine.closed;
    expect(engine.answers).toEqual([]);
    expect(opened.lines.join()).toContain('SQLITE_FULL');
    expect(opened.lines.join()).not.toContain('MARTIN');
    opened.inbox.broken = false;
    const again = await opened.dial();
    again.send(Buffer.concat([framed(message('C1')), framed(message('C2'))]));
    expect([await again.msa(), await again.msa()]).toEqual(['AA|C1', 'AA|C2']);
  });

  test('while the inbox is busy nothing more is read, and nothing is answered before the commit', async () => {
    const gates: (() => void)[] = [];
    let reached: () => void = () => undefined;
    const storing = new Promise<void>((resolve) => (reached = resolve));
    const opened = await openMllp({}, async (envelopes, store) => {
      if (gates.length > 0) return store(envelopes);
      await new Promise<void>((resolve) => {
        gates.push(resolve);
        reached();
      });
      return store(envelopes);
    });
    const engine = await opened.dial();
    engine.send(framed(message('C1')));
    await storing;
    // Far more than the buffers of both sockets hold: the sender must feel it.
    const filler = Buffer.concat(Array.from({ length: 500 }, (_, n) => framed(message(`D${n}`))));
    let pressed = false;
    for (let n = 0; n < 200 && !pressed; n += 1) pressed = !engine.socket.write(filler);
    for (let n = 0; n < 50; n += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(pressed).toBe(true);
    expect(engine.socket.writableLength).toBeGreaterThan(0);
    expect(gates).toHaveLength(1);
    expect(engine.answers).toEqual([]);
    gates[0]?.();
    expect(await engine.msa()).toBe('AA|C1');
  });

  test('closing finishes the message in hand, answers it, and drops what was not begun', async () => {
    const gates: (() => void)[] = [];
    let reached: () => void = () => undefined;
    const storing = new Promise<void>((resolve) => (reached = resolve));
    const opened = await openMllp({}, async (envelopes, store) => {
      await new Promise<void>((resolve) => {
        gates.push(resolve);
        reached();
      });
      return store(envelopes);
    });
    const engine = await opened.dial();
    engine.send(framed(message('C1')));
    await storing;
    engine.send(framed(message('C2')));
    const closed = opened.server.close();
    gates[0]?.();
    expect(await engine.msa()).toBe('AA|C1');
    engine.socket.end();
    await closed;
    expect([engine.answers, bodies(opened)]).toEqual([['AA|C1'], ['C1']]);
    await expect(opened.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
