/** The examples of docs/fhir-and-documents.md are run as they stand: each is answered as the page says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ATTACH, BOUNDARY, form, last, PDF } from './documents.ts';
import { openWard } from './stage.ts';

const page = readFileSync(new URL('../../docs/fhir-and-documents.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/<!-- POST (\/v1\/\w+) (\d+) -->\n```json\n([^]*?)```/g)].map(
  ([, path = '', status = '', body = '']) => ({ path, status: Number(status), body }),
);

test('every example is answered as the page says, and the patient’s doctor reads what it promises', async () => {
  const ward = await openWard({ policy: ATTACH });
  expect(examples.map((one) => one.path)).toEqual(['/v1/fhir', '/v1/fhir', '/v1/documents']);
  for (const { path, status, body } of examples) {
    const answer =
      path === '/v1/fhir'
        ? await ward.post(new TextEncoder().encode(body), 'fhir')
        : await ward.post(form(JSON.parse(body), PDF), 'documents', `multipart/form-data; boundary=${BOUNDARY}`);
    expect(answer.status, answer.body).toBe(status);
  }
  expect(last(ward)).toMatch(/Lettre de liaison de sortie — Mme Lucie|Le document suit/);
  expect(ward.bodies('mt').join('\n')).toMatch(/Entrée à l’hôpital[^]*lundi 19 janvier/);
  await ward.close();
});
