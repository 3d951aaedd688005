/** A ward whose invented patient is in hospital, and has a room. */
import { openWard, ts, type Ward } from './stage.ts';

/** A ward whose patient has a room, and what was said there so far. */
export async function admitted(
  options: Parameters<typeof openWard>[0] = {},
): Promise<{ ward: Ward; roomId: string; ref: string }> {
  const ward = await openWard(options);
  await ward.adt('A01');
  const [room] = (await ward.store.rooms.list()).filter((r) => r.kind === 'patient');
  return { ward, roomId: room?.matrixId ?? '', ref: room?.ref ?? '' };
}

export const transfer = (ward: Ward, movement: string, hour: number): Promise<string> =>
  ward.adt('A02', { ZBE: { 1: movement }, EVN: { 2: ts(2026, 1, 12, hour, 20) } });

/** The patient of the fixtures, as no report may name her. */
export const PATIENT = /INVENTEE|FICTIVE|Lucie|00700123|1961/;
