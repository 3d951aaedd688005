/** `relais read` over real and realistic messages: a verdict for each, and no crash. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readFiles } from '../../cli/read.ts';
import { adt } from '../formats/hl7v2/fixtures.ts';

/** Public samples that the project does not redistribute; where each comes from is said in their own ORIGINS.md. */
const CORPUS = join(import.meta.dirname, '../../../shared/corpus/hl7');

/**
 * Outcome and reason by hand, without any configuration: no unit table, not in production (MSH-11 D is posted).
 */
const EXPECTED: Record<string, string> = {
  // ANS: the INS has a test OID and is dropped, the admission stands; the discharge has a ZBE shifted by one field.
  'collected/ans_dmp_consent_1.er7': 'AA posted announced',
  'collected/ans_dmp_consent_2.er7': 'AA posted announced',
  'collected/ans_dmp_consent_3.er7': 'AA posted announced',
  'collected/ans_dmp_consent_4.er7': 'AA posted announced',
  'collected/ans_dmp_consent_5.er7': 'AA posted announced',
  'collected/ans_sgl_admission_A01.er7': 'AA posted announced',
  'collected/ans_sgl_sortie_A03.er7': 'AA posted announced',
  // Consultations (class O); the A03 was entered 30 days after PV1-45, and old is said before outpatient.
  'collected/cpage_A01_no_zbe.hl7': 'AA muted outpatient',
  'collected/cpage_A03_consult.hl7': 'AA muted retroactive',
  'collected/cpage_A04_consult.hl7': 'AA muted outpatient',
  // Entered in 2024 for 2021.
  'collected/gazelle_A01_ins_with_PROV.hl7': 'AA muted retroactive',
  'collected/gazelle_A05_preadmit_ins_shift.hl7': 'AA posted announced',
  // An INS and no IPP: nobody is matched by an INS.
  'collected/gazelle_A28_ins_vali.hl7': 'AE quarantined missing-identity',
  'collected/gazelle_Z99_update_of_A05.hl7': 'AA muted recorded',
  'collected/gazelle_ack_A04_AA.hl7': 'AA muted not-a-movement',
  'collected/gazelle_fr_A04_urgences.hl7': 'AA posted announced',
  'collected/gazelle_intl_A04.hl7': 'AA muted session',
  // ZBE-9 empty, PV1-6 and PV1-3 in the same UF.
  'collected/hmlit_A02_pid19_filled.hl7': 'AA muted bed-move',
  // Identifiers of type MR.
  'collected/iward_A16_v24.hl7': 'AE quarantined missing-identity',
  'collected/iward_A25_wrong_struct.hl7': 'AE quarantined missing-identity',
  'collected/mb_A31_update.hl7': 'AA muted identity-only',
  'collected/mediboard_A01.hl7': 'AA posted announced',
  'collected/mediboard_A02.hl7': 'AA posted announced',
  'collected/mediboard_A03.hl7': 'AA posted announced',
  'collected/mediboard_A08_forbidden.hl7': 'AA muted identity-only',
  'collected/odd_A21_bad_zbe.hl7': 'AE quarantined bad-movement',
  'collected/odd_garbage_z.hl7': 'AE quarantined bad-movement',
  'collected/php_A31_ins_test_PROV_FICT.hl7': 'AA muted identity-only',
  'collected/sigems_A01_full_truncPV2.hl7': 'AA posted announced',
  'collected/sigems_A01_zbe_zfv.hl7': 'AA posted announced',
  'collected/src_A28_short_msh9.hl7': 'AA muted identity-only',
  'docs/ans_mdm_ack.er7': 'AA muted not-a-movement',
  'docs/ans_mdm_cda.hl7': 'AA blocked masked-document', // CONNEXION_SECRETE
  'docs/ans_mdm_suppression.er7': 'AA muted document-only',
  'docs/ans_oru_ack.hl7': 'AA muted not-a-movement',
  'docs/ans_oru_cda.hl7': 'AA muted document-only',
  'spec/spec_A31_NIA_to_NIR.hl7': 'AA muted identity-only',
  'spec/spec_A47_change_NIR.hl7': 'AA muted identity-only',
  'spec/spec_A47_delete_INS.hl7': 'AA muted identity-only',
  'spec/spec_A47_downgrade_PROV.hl7': 'AA muted identity-only',
  'synthetic/01_A05_preadmit.hl7': 'AA posted announced',
  'synthetic/02_A01_admit.hl7': 'AA posted announced',
  'synthetic/03_A02_transfer_UF.hl7': 'AA posted announced',
  'synthetic/04_A02_bed_only.hl7': 'AA muted bed-move',
  'synthetic/06_A12_cancel_transfer.hl7': 'AA posted retracted',
  'synthetic/07_A16_pending_discharge.hl7': 'AA posted planned',
  'synthetic/10_A25_cancel_pending.hl7': 'AA posted retracted',
  'synthetic/11_A03_home.hl7': 'AA posted announced',
  'synthetic/13_A03_death.hl7': 'AA posted announced',
  'synthetic/14_A03_contre_avis_REO.hl7': 'AA posted announced',
  'synthetic/16_A04_emergency.hl7': 'AA posted announced',
  'synthetic/17_A06_E_to_I.hl7': 'AA posted announced',
  'synthetic/19_A11_cancel_admit.hl7': 'AA posted retracted',
  'synthetic/20_A38_cancel_preadmit.hl7': 'AA posted retracted',
  'synthetic/21_A21_leave.hl7': 'AA posted announced',
  'synthetic/25_A40_merge.hl7': 'AA quarantined merge-needs-human',
  'synthetic/27_seance_R.hl7': 'AA muted session',
  'synthetic/30_charset_8859-15_euro_oe.hl7': 'AA posted announced',
  'synthetic/31_no_msh18.hl7': 'AA posted announced',
  'synthetic/32_lf_only.hl7': 'AA posted announced',
  'synthetic/33_crlf.hl7': 'AA posted announced',
  'synthetic/34_mllp_framed.bin': 'AA posted announced',
  // Neither PV1-19 nor PID-18: no key of a stay.
  'synthetic/37_custom_delimiters.hl7': 'AA quarantined missing-visit',
  'synthetic/39_null_vs_empty.hl7': 'AA muted identity-only',
  'synthetic/42_offset_utc.hl7': 'AA posted announced',
  'synthetic/43_unknown_trigger_A60.hl7': 'AA muted unknown-trigger',
  'synthetic/44_not_adt_SIU.hl7': 'AR rejected unsupported-type',
  'synthetic/46_anonymous_cach.hl7': 'AA blocked anonymous',
  'synthetic/49_ack_AE.hl7': 'AA muted not-a-movement',
};

type Line = {
  file: string;
  message: number;
  outcome: string;
  reason: string;
  intents: { type: string; patient: Record<string, unknown> }[];
  warnings: string[];
  acknowledgement: string;
  answer?: string;
  place?: string;
};

async function lines(paths: string[], format: 'hl7v2' | 'events' = 'hl7v2'): Promise<{ code: number; read: Line[] }> {
  const printed: string[] = [];
  const code = await readFiles(paths, { format }, (line) => printed.push(line));
  return { code, read: printed.map((line) => JSON.parse(line) as Line) };
}

const said = (line: Line | undefined): string =>
  `${line?.acknowledgement ?? ''} ${line?.outcome ?? ''} ${line?.reason ?? ''}`;

if (existsSync(CORPUS)) {
  describe('the corpus', () => {
    test('every file has its expected verdict, and every expectation its file', async () => {
      const files = readdirSync(CORPUS, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .flatMap((folder) => readdirSync(join(CORPUS, folder.name)).map((name) => `${folder.name}/${name}`));
      const { code, read } = await lines(files.map((name) => join(CORPUS, name)));
      expect(code).toBe(0);
      expect(Object.fromEntries(files.map((name, index) => [name, said(read[index])]))).toEqual(EXPECTED);
    });

    const one = async (name: string): Promise<Line | undefined> => (await lines([join(CORPUS, name)])).read[0];
    const patient = async (name: string): Promise<Record<string, unknown> | undefined> =>
      (await one(name))?.intents[0]?.patient;

    test('what the samples are there to show', async () => {
      expect(await patient('synthetic/30_charset_8859-15_euro_oe.hl7')).toMatchObject({ birthName: 'COEUR-ŒUVRÉ' });
      expect(await patient('synthetic/31_no_msh18.hl7')).toMatchObject({ birthName: 'NOËL', givenName: 'ANDRÉ' });
      expect(await patient('spec/spec_A31_NIA_to_NIR.hl7')).toMatchObject({ ins: '260058815400233' });
      for (const name of [
        'gazelle_A01_ins_with_PROV',
        'gazelle_A05_preadmit_ins_shift',
        'php_A31_ins_test_PROV_FICT',
        'mediboard_A01',
      ]) {
        expect(await patient(`collected/${name}.hl7`)).not.toHaveProperty('ins');
      }
      expect(await patient('synthetic/39_null_vs_empty.hl7')).not.toHaveProperty('usedName');
      expect(JSON.stringify(await one('collected/hmlit_A02_pid19_filled.hl7'))).not.toContain('284053712046893');
      expect((await one('synthetic/13_A03_death.hl7'))?.intents[0]?.type).toBe('died');
      expect(await one('synthetic/07_A16_pending_discharge.hl7')).toMatchObject({
        intents: [{ expectedDischarge: { set: { at: Date.UTC(2026, 0, 13, 10, 0), precision: 'minute' } } }],
      });
      expect(await one('synthetic/02_A01_admit.hl7')).toMatchObject({
        intents: [{ generalPractitioner: '99900000011' }],
      });
    });
  });
} else {
  console.warn(`NOTE: no corpus at ${CORPUS}: only the project's own fixtures are read by this test`);
}

describe('the project’s own fixtures', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relais-read-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    vi.restoreAllMocks();
  });
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test('one line per message, in order, answered at MSH-7', async () => {
    const path = file(
      'day.hl7',
      adt('A01') + adt('A60') + adt('A40', { ZBE: null }) + adt('A01', { PV1: { 16: 'Y' } }),
    );
    const { code, read } = await lines([path]);
    expect(code).toBe(0);
    expect(read.map((line) => [line.file, line.message, said(line)])).toEqual([
      [path, 1, 'AA posted announced'],
      [path, 2, 'AA muted unknown-trigger'],
      [path, 3, 'AA quarantined merge-needs-human'],
      [path, 4, 'AA blocked vip'],
    ]);
    expect(read[0]?.answer).toContain('|20260112090005+0100||ACK^A01^ACK|');
  });

  test('what cannot be read says where and has its answer', async () => {
    const { read } = await lines([
      file('bad.hl7', adt('A01', { ZBE: { 4: 'X' } })),
      file('empty.hl7', ''),
      file('x.hl7', 'bonjour'),
    ]);
    expect(read.map((line) => [said(line), line.place])).toEqual([
      ['AE quarantined bad-movement', 'ZBE-4'],
      ['AR rejected not-hl7', 'MSH'],
      ['AR rejected not-hl7', 'MSH'],
    ]);
    expect(read[0]?.answer).toContain('ERR||ZBE^1^4|');
  });

  test('a file that cannot be opened is said on stderr; the others are read', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { code, read } = await lines([join(folder, 'absent.hl7'), folder, file('ok.hl7', adt('A03'))]);
    expect(code).toBe(1);
    expect(read.map(said)).toEqual(['AA posted announced']);
    expect(stderr.mock.calls.map(([text]) => /cannot be opened \((\w+)\)/.exec(String(text))?.[1])).toEqual([
      'ENOENT',
      'EISDIR',
    ]);
  });

  test('events: one, an array, or one per line', async () => {
    const event = {
      key: 'e-1',
      type: 'discharge',
      occurredAt: '2026-01-12T08:30:00+01:00',
      facility: 'F1',
      patient: { ipp: '7', birthName: 'FICTIVE', givenName: 'Lucie', birthDate: '1961-07-04' },
      visit: 'V1',
      movement: { id: 'M1' },
      unit: { code: '2210' },
    };
    const one = JSON.stringify(event);
    const { read } = await lines(
      [file('a.json', one), file('b.json', `[${one},{}]`), file('c.jsonl', `${one}\n\n{oops\n`), file('d.json', '')],
      'events',
    );
    const good = '202 posted announced';
    const bad = '400 rejected unreadable';
    expect(read.map(said)).toEqual([good, good, bad, good, bad, bad]);
    expect(read[2]?.place).toBe('/key');
  });
});
