import { describe, expect, test } from 'vitest';
import { fromParis } from '../../care/relay/civil-time.ts';
import { checkConfig } from '../../cli/check-config.ts';
import { ENV, installation } from './installation.ts';

describe('relais check-config', () => {
  const now = fromParis({ year: 2026, month: 11, day: 20, hour: 17, minute: 0 });

  test('draws each clock, asked now', async () => {
    const lines: string[] = [];
    expect(await checkConfig(installation(), ENV, (line) => lines.push(line), now)).toBe(0);
    const text = lines.join('\n');
    expect(text).toContain(
      'ch-modele (CH Modèle): hl7v2, facilities CH_MODELE, 0590000000, 2 units, another one is held, NO identity desk (merged and moved patients wait in quarantine), up to 1024 KiB',
    );
    expect(text).toContain('People (2): 1 medecin-traitant, 1 specialiste');
    expect(text).toContain('!avis cardio | cardiologie | ecg → avis-cardiologie (1), then avis-cardiologie-ght (1)');
    expect(text).toContain('r Mon 2026-11-23 08:00  reminder at 50 %');
    expect(text).toContain('T Mon 2026-11-23 17:00  target');
    expect(text).toContain('! Tue 2026-11-24 08:00  escalation 4 h later → backup');
    expect(text).toContain(
      '  → to offer it, put somebody into each of these groups (people.yaml)\n  consultation-ophtalmologie.yaml  nobody in consultation-ophtalmologie',
    );
    expect(text).not.toContain(ENV.SEAL);
  });

  test('a pathway given in the place of the configuration is said to be one, not to lack every key', async () => {
    const lines: string[] = [];
    const file = 'config/pathways/polygraphie.yaml';
    expect(await checkConfig(file, ENV, (line) => lines.push(line), now)).toBe(2);
    expect(lines[0]).toBe(`${file} is a pathway, not a configuration`);
    expect(lines[1]).toMatch(/^ {2}→ relais sla FILE checks it/);
    expect(lines).toHaveLength(2);
  });

  test('prints the problems and fails', async () => {
    const lines: string[] = [];
    expect(
      await checkConfig(installation({ 'people.yaml': 'persons: x\n' }), ENV, (line) => lines.push(line), now),
    ).toBe(2);
    expect(lines.join('\n')).toMatch(
      /^1 problem in the configuration\n\n.*people\.yaml:1 {2}persons\n {2}expected a list, found "x"\n {2}→ write a list$/,
    );
  });
});
