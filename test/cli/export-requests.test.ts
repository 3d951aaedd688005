/** `relais export requests`: one line per request, roles rather than names, identity only with a reason that is kept. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSheet } from 'read-excel-file/node';
import { describe, expect, it } from 'vitest';
import { emptyDecision } from '../../care/relay/decision.ts';
import { decideAsk } from '../../care/request/opening.ts';
import { decideMove } from '../../care/request/case.ts';
import { runnable } from '../../care/request/pathway.ts';
import { peopleFrom } from '../../care/people/person.ts';
import { exportRequests } from '../../cli/export-requests.ts';
import { withStore } from '../../cli/configured.ts';
import { loadTariffs } from '../../config/load-tariffs.ts';
import { ENV, installation } from '../config/installation.ts';
import { paris } from '../flows/stage.ts';

const IDENTITY = {
  usedName: undefined,
  birthName: 'INVENTEE',
  givenName: 'Lucie',
  birthDate: '1961-03-05',
  sex: 'F',
} as const;

/** One request of October, answered 30 hours later; one of November, not taken. */
async function kept(): Promise<string> {
  const config = installation();
  await withStore(config, ENV, async ({ loaded, store }) => {
    let codes = 0;
    const people = peopleFrom(loaded.people, loaded.teams, []);
    const ports = {
      store,
      people,
      ids: { code: () => `K${(codes += 1)}A` },
      pathways: () => loaded.pathways,
      tariffs: loadTariffs(),
    };
    const pathway = runnable(loaded.pathways).find(({ id }) => id === 'teleexpertise-cardiologie');
    const [claire, bruno] = [people.byId('claire'), people.byId('bruno')];
    if (!pathway || !claire || !bruno) throw new Error('the installation has changed');
    const commit = async (decided: Awaited<ReturnType<typeof decideAsk>>, at: number): Promise<void> => {
      if ('data' in decided) throw new Error(decided.code);
      await store.commit({ ...emptyDecision(), ...decided }, at);
    };
    const monday = paris(2026, 10, 5, 9, 0);
    const ask = { pathway, by: claire, urgent: false, identity: IDENTITY };
    const question = (value: string) => ({ ...ask, answers: [{ key: 'question', type: 'text' as const, value }] });
    await commit(await decideAsk(ports, question('ECG douteux'), monday), monday);
    await commit(await decideMove(ports, 'D-K1A', bruno, { do: 'take' }, monday + 3_600_000), monday);
    const done = monday + 30 * 3_600_000;
    await commit(await decideMove(ports, 'D-K1A', bruno, { do: 'answer', text: 'Rien à faire' }, done), done);
    const november = paris(2026, 11, 2, 9, 0);
    await commit(await decideAsk(ports, question('Souffle'), november), november);
    return 0;
  });
  return config;
}

const options = (config: string, over: object = {}) => ({
  config,
  from: '2026-10-01',
  to: '2026-10-31',
  format: 'csv',
  output: join(dirname(config), 'export.csv'),
  ...over,
});
const silent = (): void => undefined;

describe('relais export requests', () => {
  it('gives the requests of the period with delays, roles and acts, and nobody’s name', async () => {
    const config = await kept();
    const file = join(dirname(config), 'export.csv');
    expect(await exportRequests(options(config), ENV, silent)).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(
      '\uFEFFCode;Parcours;Intitulé;Étape;Statut;Territoire;Demandée le;Demandeur (rôle);Prise le;Répondant (rôle);Répondue le;Délai de prise (h);Délai de réponse (h);Dans les délais;Résultat;Actes;Montant (€)\n' +
        'D-K1A;teleexpertise-cardiologie;Téléexpertise cardiologie (ECG);;répondue;demo;2026-10-05 09:00;medecin-traitant;2026-10-05 10:00;specialiste;2026-10-06 15:00;1;30;oui;;TE2 RQD;33\n',
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toMatch(/INVENTEE|Lucie|1961|Claire|Bruno|ECG douteux/);
  });

  it('names nobody without a reason, and keeps the reason in the audit', async () => {
    const config = await kept();
    expect(await exportRequests(options(config, { withIdentity: true }), ENV, silent)).toBe(2);
    expect(existsSync(join(dirname(config), 'export.csv'))).toBe(false);
    const asked = { withIdentity: true, reason: 'contrôle de l’assurance maladie' };
    expect(await exportRequests(options(config, asked), ENV, silent)).toBe(0);
    expect(readFileSync(join(dirname(config), 'export.csv'), 'utf8')).toContain(
      ';Dr Claire Modèle;Dr Bruno Essai;INVENTEE Lucie;1961-03-05',
    );
    await withStore(config, ENV, async ({ store }) => {
      expect((await store.audit(1))[0]).toMatchObject({
        actor: 'operator',
        action: 'export:requests-with-identity',
        subject: '2026-10-01..2026-10-31: contrôle de l’assurance maladie',
      });
      return 0;
    });
  });

  it('gives a spreadsheet whose numbers are numbers, of one pathway, at the overseas tariff', async () => {
    const config = await kept();
    const output = join(dirname(config), 'export.xlsx');
    const wanted = { format: 'xlsx', output, to: '2026-11-30', drom: true, pathway: 'teleexpertise-cardiologie' };
    expect(await exportRequests(options(config, wanted), ENV, silent)).toBe(0);
    const rows = (await readSheet(output)) as unknown[][];
    expect(rows.map((row) => [row[0], row[4], row[12], row[16]])).toEqual([
      ['Code', 'Statut', 'Délai de réponse (h)', 'Montant (€)'],
      ['D-K1A', 'répondue', 30, 39.6],
      ['D-K2A', 'à prendre', null, null],
    ]);
    expect(await exportRequests(options(config, { ...wanted, pathway: 'autre' }), ENV, silent)).toBe(0);
    expect(await readSheet(output)).toHaveLength(1);
  });

  it.each([
    [{ format: 'pdf' }],
    [{ from: '2026-10-32' }],
    [{ from: '2026-11-31', to: '2026-12-31' }],
    [{ from: '2026-11-01' }],
  ])('refuses %j and writes nothing', async (over) => {
    const config = installation();
    expect(await exportRequests(options(config, over), ENV, silent)).toBe(2);
    expect(existsSync(join(dirname(config), 'export.csv'))).toBe(false);
  });
});
