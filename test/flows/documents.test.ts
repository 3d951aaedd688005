/** Documents: HTTP in, room message (and encrypted file) out. */
import { describe, expect, test } from 'vitest';
import { TransportFailure } from '../../care/relay/transport.ts';
import { handlingOf } from '../../care/stay/document-policy.ts';
import { ATTACH, base64, bytesOf, cda, contents, files, hex, last, mdm, PDF } from './documents.ts';
import { openWard, paris, type Ward } from './stage.ts';

const outcomes = async (ward: Ward): Promise<string[]> =>
  (await ward.store.counts()).map((c) => `${c.outcome} ${c.reason}`);
/** The bytes of DOC1 that wait in the store for their delivery. */
async function waiting(ward: Ward): Promise<unknown> {
  const [envelope] = await ward.store.inbox.list({ limit: 1 });
  return ward.store.files.load('attachment', `${ward.sealer.blind('document|CH_VAL|DOC1^DPI')}|${envelope?.id ?? ''}`);
}

describe('MDM and ORU', () => {
  test('a source that declares nothing: the letter is pointed to, in words; another document is not said', async () => {
    const ward = await openWard();
    await ward.adt('A01');
    const before = contents(ward).length;
    expect(await ward.adt('T02', mdm('T02', { type: '34112-3' }))).toBe('AA');
    expect(contents(ward).length).toBe(before);
    await ward.adt('T02', mdm('T02', { flags: { DESTMSSANTEPS: 'Y', DESTDMP: 'N' } }));
    expect(last(ward)).toMatch(/Lettre de liaison de sortie — Mme Lucie INVENTEE[^]*MSSanté/);
    expect(last(ward)).not.toContain('DMP');
    expect(files(ward)).toEqual([]);
    await ward.close();
  });

  test('as an encrypted file: the words, then the very bytes; nothing of it stays in the store', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    await ward.adt('T02', mdm('T02'));
    expect(last(ward)).toContain('Le document suit, chiffré.');
    expect(files(ward)).toMatchObject([{ msgtype: 'm.file', filename: 'lettre-de-liaison-de-sortie.pdf' }]);
    expect(await bytesOf(ward, files(ward)[0])).toBe(hex);
    const [newest] = await ward.store.inbox.list({ limit: 1 });
    expect(newest?.body.length).toBe(0);
    await ward.close();
  });

  test('the bytes wait, sealed, while the homeserver is away, and are erased once sent', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    const upload = ward.transport.upload.bind(ward.transport);
    ward.transport.upload = async () => {
      throw new TransportFailure('transient', 'away', 1_000);
    };
    await ward.adt('T02', mdm('T02'));
    expect(await waiting(ward)).toMatchObject({ state: { mediaType: 'application/pdf', base64: base64(PDF) } });
    expect(files(ward)).toEqual([]);
    ward.transport.upload = upload;
    await ward.wait(2_000);
    expect(await bytesOf(ward, files(ward)[0])).toBe(hex);
    expect(await waiting(ward)).toBeUndefined();
    await ward.close();
  });

  test('withdrawn before it could be sent: the file never leaves', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    const upload = ward.transport.upload.bind(ward.transport);
    ward.transport.upload = async () => {
      throw new TransportFailure('transient', 'away', 1_000);
    };
    await ward.adt('T02', mdm('T02'));
    await ward.adt('T11', mdm('T11', { status: 'D', at: '20260113170000' }));
    ward.transport.upload = upload;
    await ward.wait(2_000);
    expect(files(ward)).toEqual([]);
    expect(contents(ward).map((one) => one.body)).toContain(
      'Ce document a été retiré ou remplacé avant d’être transmis.',
    );
    expect(last(ward)).toContain('Retiré');
    await ward.close();
  });

  test('the same document five times, and under new control ids: once', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    for (let n = 0; n < 5; n += 1) await ward.adt('T02', mdm('T02', { at: `202601131600${n}0` }));
    expect(files(ward).length).toBe(1);
    await ward.close();
  });

  test('replaced (T10, then an ORU corrected), then withdrawn', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    await ward.adt('T02', mdm('T02'));
    await ward.adt('T10', mdm('T10', { id: 'DOC2^DPI', parent: 'DOC1^DPI', at: '20260113170000' }));
    expect(last(ward)).toMatch(/nouvelle version[^]*à ne plus utiliser/);
    expect(files(ward).length).toBe(2);
    await ward.adt('T04', mdm('T04', { id: 'DOC3^DPI', parent: 'DOC2^DPI', status: 'D', at: '20260113180000' }));
    expect(last(ward)).toMatch(/Retiré : Lettre de liaison/);
    expect(files(ward).length).toBe(2);
    // The first version, resent by an engine: it was replaced, nothing is said.
    const before = contents(ward).length;
    await ward.adt('T02', mdm('T02', { at: '20260113190000' }));
    expect(contents(ward).length).toBe(before);
    await ward.close();
  });

  test('a CDA gives its PDF; a structured one is pointed to; one that declares an entity is not read', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    await ward.adt('T02', mdm('T02', { content: cda() }));
    expect(await bytesOf(ward, files(ward)[0])).toBe(hex);
    const structured = new TextEncoder().encode(
      '<ClinicalDocument><component><structuredBody/></component></ClinicalDocument>',
    );
    await ward.adt('T02', mdm('T02', { id: 'S1', content: structured, at: '20260113170000' }));
    expect(last(ward)).toContain('Format non lisible ici');
    const laughs = cda({ head: '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>' });
    await ward.adt('T02', mdm('T02', { id: 'S2', content: laughs, at: '20260113180000' }));
    expect(last(ward)).toContain('À consulter');
    expect(files(ward).length).toBe(1);
    await ward.close();
  });

  test('a document about another person than the message goes to a human, and is not emptied', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    const before = contents(ward).length;
    expect(await ward.adt('T02', mdm('T02', { content: cda({ birthTime: '19500101' }) }))).toBe('AE');
    expect(contents(ward).length).toBe(before);
    const [kept] = await ward.store.inbox.list({ state: 'quarantined', limit: 1 });
    expect(kept?.body.length).toBeGreaterThan(0);
    await ward.close();
  });

  test.each([
    ['masked to professionals', { flags: { MASQUE_PS: 'Y' } }],
    ['a secret connection', { flags: { CONNEXION_SECRETE: 'Y' } }],
    ['very restricted, by its own header', { content: cda({ confidentiality: 'V' }) }],
  ])('%s: blocked, emptied, and the stay goes on being told', async (_what, told) => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    await ward.adt('T02', mdm('T02', told));
    expect(await outcomes(ward)).toContain('blocked masked-document');
    expect((await ward.store.inbox.list({ limit: 1 }))[0]?.body.length).toBe(0);
    await ward.adt('A03', { EVN: { 2: '20260113100000', 6: '20260113100000' }, ZBE: { 1: 'MV9^CH_VAL' } });
    expect(last(ward)).toContain('Sortie de l’hôpital');
    await ward.close();
  });

  test('a protected stay, a blocked unit, nobody to tell: no word, no payload', async () => {
    const secret = await openWard({ policy: ATTACH });
    await secret.adt('A01', { PV2: { 22: 'Y' } });
    await secret.adt('T02', mdm('T02'));
    const closed = await openWard({ policy: { ...ATTACH, units: new Map([['2210', 'block']]) } });
    await closed.adt('T02', mdm('T02'));
    const alone = await openWard({ policy: ATTACH, team: [] });
    await alone.adt('T02', mdm('T02'));
    expect(await outcomes(alone)).toContain('muted no-team');
    for (const ward of [secret, closed, alone]) {
      expect(contents(ward)).toEqual([]);
      expect((await ward.store.inbox.list({ limit: 1 }))[0]?.body.length).toBe(0);
      await ward.close();
    }
  });

  test('by the INS and the stay when there is no IPP; by the INS alone to a human', async () => {
    const ward = await openWard({ policy: ATTACH });
    const ins = '255081416802538^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS';
    const ipp = '00700123^^^CH_VAL&1.2.250.1.999.1&ISO^PI';
    await ward.adt('A01', { PID: { 3: `${ipp}~${ins}`, 32: 'VALI' } });
    await ward.adt('T02', mdm('T02', { pid: { 3: ins, 32: 'VALI' } }));
    expect(files(ward).length).toBe(1);
    await ward.adt('T02', { ...mdm('T02', { id: 'D2', pid: { 3: ins, 18: '', 32: 'VALI' } }), PV1: { 19: 'ANOTHER' } });
    expect(await outcomes(ward)).toContain('quarantined missing-identity');
    expect(files(ward).length).toBe(1);
    await ward.close();
  });

  test('a file larger than the homeserver takes is pointed to instead', async () => {
    const ward = await openWard({ policy: ATTACH });
    await ward.adt('A01');
    ward.transport.upload = async () => {
      throw new TransportFailure('message', 'larger than the homeserver takes');
    };
    await ward.adt('T02', mdm('T02'));
    expect(last(ward)).toContain('Fichier trop volumineux');
    expect(await ward.store.outbox.pending()).toBe(0);
    await ward.close();
  });

  test('policies: by type, else the default; nothing declared: the letter alone', () => {
    expect(handlingOf(ATTACH.documents, '11490-0')).toBe('attachment');
    expect(handlingOf(ATTACH.documents, '11502-2')).toBe('none');
    expect(handlingOf(ATTACH.documents, '34112-3')).toBe('pointer');
    expect([handlingOf(undefined, '11490-0'), handlingOf(undefined, '34112-3')]).toEqual(['pointer', 'none']);
  });
});

test('a document that opens the room again, long after the stay, does not keep it open for ever', async () => {
  const ward = await openWard({ policy: ATTACH });
  await ward.adt('A01');
  await ward.adt('A03', { EVN: { 2: '20260113100000', 6: '20260113100000' }, ZBE: { 1: 'MV9^CH_VAL' } });
  await ward.until(paris(2026, 3, 1, 12));
  const [room] = (await ward.store.rooms.list()).filter((one) => one.kind === 'patient');
  expect(room?.state).toBe('closed');
  await ward.adt('T02', mdm('T02', { at: '20260301120000' }));
  expect((await ward.store.rooms.get(room?.ref ?? ''))?.state).toBe('open');
  await ward.until(paris(2026, 3, 5, 12));
  expect((await ward.store.rooms.get(room?.ref ?? ''))?.state).toBe('closed');
  await ward.close();
});
