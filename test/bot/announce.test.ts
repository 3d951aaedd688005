import { expect, it } from 'vitest';
import { render } from '../../bot/announce.ts';
import { admitted } from '../flows/patient-room.ts';

it('the card of a stay is never rendered for another patient’s room', async () => {
  const { ward, ref } = await admitted();
  const [stayId = ''] = await stays(ward.store, ref);
  const card = { kind: 'stay-card', stayId } as const;
  expect((await render(ward.store.files, card, ward.now(), ref)).plain).toContain('Hospitalisé');
  await expect(render(ward.store.files, card, ward.now(), 'patient:another')).rejects.toThrow('another patient');
  await ward.close();
});

async function stays(store: Awaited<ReturnType<typeof admitted>>['ward']['store'], ref: string): Promise<string[]> {
  const patient = await store.files.load<{ stays: string[] }>('patient', ref.slice('patient:'.length));
  return patient?.state.stays ?? [];
}
