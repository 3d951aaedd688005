/** A row that does not open, at the operator's desk: doctor says it, quarantine lists it, drop ends it. */
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDecision } from '../../care/relay/decision.ts';
import { withStore } from '../../cli/configured.ts';
import { examineRows } from '../../cli/doctor.ts';
import { dropQuarantined, listQuarantine, showQuarantined } from '../../cli/quarantine.ts';
import { ENV, installation } from '../config/installation.ts';
import { envelope } from '../store/fixtures.ts';
import { flipInFile } from '../store/flip.ts';

describe('a row that does not open', () => {
  it('is said by doctor, listed, shown without breaking, and dropped', async () => {
    const config = installation();
    const path = join(dirname(config), 'var/relais.sqlite');
    const ids: string[] = [];
    await withStore(config, ENV, async ({ store }) => {
      for (const accepted of await store.inbox.accept([envelope('A'), envelope('B')]))
        if ('id' in accepted) ids.push(accepted.id);
      const files = [{ kind: 'stay' as const, id: 's1', version: 0, state: 1 }];
      const deliveries = [{ room: 'patient:a', ring: [], announcement: { kind: 'cannot-read' as const } }];
      await store.commit({ ...emptyDecision(), files, deliveries }, Date.now());
      flipInFile(path, 'inbox', 'body', `id = '${ids[0] ?? ''}'`);
      flipInFile(path, 'file', 'state', "id = 's1'");
      flipInFile(path, 'outbox', 'body', "lane = 'patient:a'");
      await store.inbox.heads('in:', 9);
      await store.files.load('stay', 's1').catch(() => undefined);
      await store.outbox.heads(Date.now(), 9);
      const [finding] = examineRows(await store.damaged.list());
      expect(finding).toMatchObject({ level: 'problem', about: 'rows' });
      expect(finding?.says).toContain('3 sealed rows do not open: inbox:');
      return 0;
    });
    const list = async (): Promise<string[]> => {
      const lines: string[] = [];
      expect(await listQuarantine({ config }, ENV, (line) => lines.push(line))).toBe(0);
      return lines;
    };
    const listed = (await list()).join('\n');
    expect(listed).toMatch(/ damaged /);
    expect(listed).toMatch(/delivery to patient:a {2}its sealed row does not open/);
    const file = /file:stay:\d+/.exec(listed)?.[0] ?? '';
    const delivery = /^(\S+) {2}delivery/m.exec(listed)?.[1] ?? '';
    const shown: string[] = [];
    for (const id of [ids[0] ?? '', delivery])
      expect(await showQuarantined(id, { config }, ENV, (line) => shown.push(line))).toBe(0);
    expect(shown.join('\n')).toContain('its sealed row does not open');
    // What can be read is what a hospital sent: it stays.
    expect(await dropQuarantined([ids[1] ?? ''], { config }, ENV, () => undefined)).toBe(1);
    expect(await dropQuarantined([ids[0] ?? '', delivery, file], { config }, ENV, () => undefined)).toBe(0);
    expect(await list()).toEqual(['Nothing in quarantine.']);
    await withStore(config, ENV, async ({ store }) => {
      expect((await store.inbox.heads('in:', 9)).map(({ key }) => key)).toEqual(['B']);
      expect((await store.inbox.accept([envelope('A')]))[0]).toMatchObject({ id: ids[0], state: 'duplicate' });
      expect((await store.audit(3)).map(({ action }) => action)).toEqual([
        'damaged:drop',
        'delivery:drop',
        'damaged:drop',
      ]);
      return 0;
    });
  });
});
