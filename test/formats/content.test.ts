/** What comes inside a document: CDA, base64, a form. Nothing sent makes any of them throw, and no entity is ever opened. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from '../../bridge/formats/base64.ts';
import { readCda } from '../../bridge/formats/cda.ts';
import { mediaTypeOf, withContent } from '../../bridge/formats/content.ts';
import { readPostedDocument } from '../../bridge/formats/documents.ts';
import { readMultipart } from '../../bridge/formats/multipart.ts';
import type { PatientIdentity, ToldDocument } from '../../care/stay/intent.ts';
import { cda, PDF } from '../flows/documents.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const LUCIE: PatientIdentity = {
  ipp: '1',
  ins: undefined,
  birthName: 'Fictivé',
  usedName: 'INVENTEE',
  givenName: 'Lucie',
  birthDate: '1961-07-04',
  sex: 'F',
  reliability: [],
};
const told = (bytes: Uint8Array): ToldDocument => ({
  id: 'D1',
  action: 'create',
  replaces: undefined,
  type: undefined,
  createdAt: undefined,
  sentTo: [],
  masked: false,
  preliminary: false,
  content: { mediaType: 'text/xml', bytes },
});

describe('CDA', () => {
  test('its header, and the PDF of its body', () => {
    const read = readCda(cda({ id: 'CDA2', replaces: 'CDA1' }));
    expect(read).toMatchObject({
      id: '1.2.250.1.999.7^CDA2',
      type: '11490-0',
      confidentiality: 'N',
      replaces: '1.2.250.1.999.7^CDA1',
      patient: { birthDate: '1961-07-04', birthName: 'FICTIVE' },
      file: { mediaType: 'application/pdf', bytes: PDF },
    });
    expect(read?.createdAt?.at).toBe(Date.parse('2026-01-13T15:50:00+01:00'));
  });

  test.each([
    ['a billion laughs', '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'],
    ['a file of ours', '<!DOCTYPE x [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>'],
    ['a DTD elsewhere', '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">'],
    ['in lower case', '<!doctype x>'],
  ])('%s: refused whole', (_what, head) => {
    expect(readCda(cda({ head }))).toBeUndefined();
  });

  test('an entity that nobody declared stays as it is written', () => {
    const text = new TextDecoder().decode(cda()).replace('FICTIVE<', 'FIC&passwd;TIVE<');
    expect(readCda(utf8(text))?.patient.birthName).toBe('FIC&passwd;TIVE');
  });

  test('without end inside, in another charset, of another sort', () => {
    const deep = `<ClinicalDocument>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</ClinicalDocument>`;
    expect(readCda(utf8(deep))).toBeUndefined();
    const latin = new TextDecoder().decode(cda()).replace('UTF-8', 'ISO-8859-1').replace('>FICTIVE<', '>FICTIVÉ<');
    expect(readCda(Uint8Array.from(latin, (c) => c.charCodeAt(0)))?.patient.birthName).toBe('FICTIVÉ');
    expect(readCda(utf8('<html><body/></html>'))).toBeUndefined();
    expect(readCda(PDF)).toBeUndefined();
  });

  test('about the person of the message, accents and case aside; about another one: said', () => {
    expect(withContent(told(cda()), LUCIE, [])).toMatchObject({
      type: '11490-0',
      content: { mediaType: 'application/pdf' },
    });
    expect(withContent(told(cda({ birthTime: '19610705' })), LUCIE, [])).toBe('somebody-else');
    expect(withContent(told(cda()), { ...LUCIE, birthName: 'Autre', usedName: undefined }, [])).toBe('somebody-else');
    expect(withContent(told(cda({ confidentiality: 'R' })), LUCIE, [])).toMatchObject({ masked: true });
    expect(withContent(told(cda({ replaces: 'CDA0' })), LUCIE, [])).toMatchObject({
      action: 'replace',
      replaces: '1.2.250.1.999.7^CDA0',
    });
  });
});

describe('bytes', () => {
  test('say what they are, whatever is declared', () => {
    expect(mediaTypeOf(PDF)).toBe('application/pdf');
    expect(mediaTypeOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe('image/jpeg');
    expect(mediaTypeOf(utf8('\uFEFF  <?xml version="1.0"?>'))).toBe('text/xml');
    expect(mediaTypeOf(utf8('MZ program'))).toBe('application/octet-stream');
  });

  test('base64 comes back as it was, with line breaks or without padding; anything else is nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes)
          .toString('base64')
          .replaceAll(/(.{20})/g, '$1\r\n')
          .replaceAll('=', '');
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
    for (const wrong of ['', 'a', 'é', '<<>>', 'abc=d']) expect(decodeBase64(wrong)).toBeUndefined();
  });
});

describe('a form', () => {
  const written = (parts: { name: string; bytes: Uint8Array }[]): Uint8Array =>
    Buffer.concat([
      ...parts.flatMap(({ name, bytes }) => [
        Buffer.from(`--b0undary\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
        bytes,
        Buffer.from('\r\n'),
      ]),
      Buffer.from('--b0undary--\r\n'),
    ]);

  test('its parts come back byte for byte', () => {
    const part = fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), bytes: fc.uint8Array({ maxLength: 200 }) });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const read = readMultipart(written(parts));
        expect(read?.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes).toString('hex') }))).toEqual(
          parts.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes).toString('hex') })),
        );
      }),
    );
  });

  test('cut anywhere, it is no form', () => {
    const whole = written([{ name: 'document', bytes: utf8('{}') }]);
    for (let end = 0; end < whole.length - 4; end += 1) expect(readMultipart(whole.subarray(0, end))).toBeUndefined();
  });

  test('as the platform’s own client writes it', async () => {
    const data = new FormData();
    data.set('document', new Blob(['{"key":"k"}'], { type: 'application/json' }));
    data.set('file', new Blob([new Uint8Array(PDF)], { type: 'application/pdf' }), 'lettre.pdf');
    const body = new Uint8Array(await new Response(data).arrayBuffer());
    expect(readMultipart(body)).toMatchObject([
      { name: 'document', mediaType: 'application/json' },
      { name: 'file', bytes: { length: PDF.length } },
    ]);
  });
});

describe('nothing that is sent makes a reader throw', () => {
  test('any bytes, any XML, any form', () => {
    const piece = fc.constantFrom(
      '<ClinicalDocument>',
      '</ClinicalDocument>',
      '<id root="',
      '">',
      '<![CDATA[',
      '&#x',
      '<!--',
      '<text>',
      '\u0000',
      'é',
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => void readCda(utf8(pieces.join('')))));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        void readCda(bytes);
        return !readPostedDocument(bytes, 0).readable;
      }),
    );
    const sound = new TextDecoder().decode(cda());
    fc.assert(
      fc.property(fc.nat(sound.length), fc.nat(60), fc.string(), (at, length, put) => {
        void withContent(told(utf8(sound.slice(0, at) + put + sound.slice(at + length))), LUCIE, []);
      }),
    );
  });
});
