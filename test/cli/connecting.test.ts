/** `relais census load` and `relais shadow report` as an operator has them, on a base of their own. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { printAudit } from '../../cli/audit.ts';
import { loadCensus, type CensusOptions } from '../../cli/census.ts';
import { shadowReport, type ShadowOptions } from '../../cli/shadow.ts';
import { ENV, installation, RELAIS } from '../config/installation.ts';

const config = installation({
  'relais.yaml': RELAIS.replace('    secret_env: SOURCE\n', '    secret_env: SOURCE\n    mode: shadow\n').replace(
    'path: var/',
    'path: ',
  ),
});
const file = (name: string, text: string): string => {
  const path = join(dirname(config), name);
  writeFileSync(path, text);
  return path;
};
const list = file(
  'presents.csv',
  'ipp;visite;uf;entree;nom_naissance;prenom;naissance;etablissement\n100;V1;0450;02/01/2026 14:30;ESSAI;Jeanne;04/07/1961;CH_MODELE\n',
);

let out: string[];
let errors: string[];
beforeEach(() => {
  [out, errors] = [[], []];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line));
});
afterEach(() => vi.restoreAllMocks());
const print = (line: string): void => void out.push(line);
const load = (path: string, over: Partial<CensusOptions> = {}): Promise<number> =>
  loadCensus(path, { config, source: 'ch-modele', at: '2026-01-12 07:00', ...over }, ENV, print);
const report = (over: Partial<ShadowOptions> = {}): Promise<number> =>
  shadowReport({ config, source: 'ch-modele', ...over }, ENV, print);

describe('connecting a hospital', () => {
  it('a census is checked, loaded, known again; the report counts it; every act leaves a row', async () => {
    expect(await load(list, { dryRun: true })).toBe(0);
    expect(await load(list)).toBe(0);
    expect(await load(list)).toBe(0);
    expect(out).toEqual([
      '1 stays can be loaded; nothing was stored (--dry-run).',
      expect.stringContaining('1 stays stored, 0 were known already') as string,
      expect.stringContaining('0 stays stored, 1 were known already') as string,
    ]);
    out = [];
    expect(await report()).toBe(0);
    expect(out.slice(0, 2)).toEqual(['ch-modele: in shadow, nothing is said', '0 messages; 1 census lines']);
    out = [];
    expect(await report({ json: true, since: '2026-01-01' })).toBe(0);
    expect(JSON.parse(out.join(''))).toMatchObject({ source: 'ch-modele', shadow: true, census: 1 });
    out = [];
    await printAudit({ config, number: '50' }, ENV, print);
    const acts = out.join('\n').match(/census:load|shadow:report/g);
    expect(acts).toEqual(['census:load', 'census:load', 'shadow:report', 'shadow:report']);
  });

  it('another source, a bad date, a file with problems: said, and nothing is loaded', async () => {
    expect(await report({ source: 'nobody' })).toBe(1);
    expect(errors.join()).toContain('ch-modele');
    expect(await report({ since: 'hier' })).toBe(1);
    const bad = file('bad.csv', 'ipp;visite;uf;entree;nom_naissance;prenom;naissance\n100;;0450;x;ESSAI;Jeanne;1961\n');
    expect(await load(bad)).toBe(1);
    expect(errors.join('\n')).toContain('line 2: entree, etablissement, naissance, visite missing or impossible');
    expect(errors.join('\n')).not.toContain('ESSAI');
    expect(await load(join(dirname(config), 'absent.csv'))).toBe(1);
    expect(out).toEqual([]);
  });
});
