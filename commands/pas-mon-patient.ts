import { refuse } from '../care/relay/refusal.ts';
import { type Command, nothingToSay } from './command.ts';

export const pasMonPatient: Command = {
  word: 'pas-mon-patient',
  also: ['pas mon patient', 'pasmonpatient'],
  summary: 'Dans le salon d’un patient que vous ne suivez pas : en sortir',
  example: 'pas-mon-patient',
  may: () => true,
  async run({ room }) {
    if (room.kind !== 'patient') return { refusal: refuse('not-a-patient-room') };
    return { identity: { do: 'leave', patient: room.subject } };
  },
  say: nothingToSay,
};
