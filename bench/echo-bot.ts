/**
 * `echo-bot.ts HOMESERVER USER FOLDER`: the fastest bot that we can write, a process of its own as Relais is. It makes the rooms
 * that its parent asks for, then says back whatever is said in them, as soon as it has read it. Ends with its parent.
 */
import { type ClientRoom, openClient } from './client.ts';
import { openRoomMaker } from './floor.ts';
import { listenWith } from './hearing.ts';
import { PASSWORD } from './installation.ts';

/** From the parent: a room to make. Back: the room; first of all, `ready`. */
export type EchoOrder = { alias: string; encrypted: boolean; member: string };

const [homeserver = '', user = '', folder = ''] = process.argv.slice(2);
const rooms = new Map<string, ClientRoom>();
const client = await openClient(homeserver, user, PASSWORD);
const maker = openRoomMaker(client, folder);
await listenWith(client, ({ room, id, content }) => {
  const where = rooms.get(room);
  if (!where) return;
  const back = async (): Promise<void> => {
    const { body } = await content();
    await client.put(where, {
      msgtype: 'm.notice',
      body,
      'm.relates_to': { 'm.in_reply_to': { event_id: id } },
    });
  };
  void back().catch((error: unknown) => {
    console.error('the echo bot could not answer:', error);
    process.exit(1);
  });
});
process.on('message', (order: EchoOrder) => {
  void maker.make(order.alias, order.encrypted, order.member).then((made) => {
    rooms.set(made.id, made);
    process.send?.(made);
  });
});
process.once('disconnect', () => {
  maker.close();
  process.exit(0);
});
process.send?.('ready');
