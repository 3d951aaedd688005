/** Small durable values by name: cursors, the civil clock's offset, the mark of the secret. */
import type { Db, Ground } from './ground.ts';

export async function writeSetting(ground: Ground, db: Db, name: string, value: string): Promise<void> {
  const sealed = ground.sealer.seal(value, `setting:${name}`);
  await db
    .insertInto('setting')
    .values({ name, value: sealed })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sealed }))
    .execute();
}

export async function readSetting(ground: Ground, name: string): Promise<string | undefined> {
  const row = await ground.db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst();
  return row && ground.sealer.open(row.value, `setting:${name}`);
}

const MARK = 'sealed-with';

/**
 * A database belongs to one secret. Met with another one, every look-up would miss: each retransmission would be taken
 * for a new message and said again, long before anything failed to open. So it is asked at once.
 *
 * @throws Error with the cure
 */
export async function checkSecret(ground: Ground): Promise<void> {
  try {
    if ((await readSetting(ground, MARK)) === undefined) await writeSetting(ground, ground.db, MARK, 'relais');
  } catch (cause) {
    throw new Error(
      'This database was sealed with another secret: give Relais the secret that it was made with. ' +
        'Without that secret nothing in it can be read by anyone.',
      { cause },
    );
  }
}
