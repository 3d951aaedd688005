import type { Patient, Stay } from '../care/stay/stay.ts';
import { patientView } from '../care/stay/patient.ts';
import { patientName } from '../config/texts/stays.ts';
import { type Environment, withStore } from './configured.ts';

/** For the ward: whom to telephone, because nobody of the équipe is on Relais. Health data; the look is audited. */
export async function listNoTeam(
  options: { config: string },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    const patients = await store.files.find<Patient>('patient', 'no-team');
    for (const { state } of patients) {
      const stays = await Promise.all(state.stays.map((id) => store.files.load<Stay>('stay', id)));
      const where = stays.flatMap((s) => (s && !s.state.protected ? [`${s.state.facility} (${s.state.status})`] : []));
      // A protected stay is on no list either.
      if (where.length > 0) print(`${patientName(patientView(state)).plain} — IPP ${state.ipp}, ${where.join(', ')}`);
    }
    await store.commit(
      {
        files: [],
        events: [],
        deliveries: [],
        timers: [],
        rooms: [],
        facts: [],
        audit: [
          {
            actor: 'operator',
            action: 'no-team:list',
            subject: String(patients.length),
            outcome: 'posted',
            reason: 'answered',
          },
        ],
      },
      Date.now(),
    );
    if (patients.length === 0) print('Everybody has a team.');
    return 0;
  });
}
