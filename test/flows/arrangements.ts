/** Arrangements of every kind, as an installation writes them, and the people who do them. Everybody is invented. */
import type { Person } from '../../care/people/person.ts';
import { offer } from '../request/offers.ts';

function person(id: string, role: Person['role'], groups: string[], territory?: string): Person {
  return { id, matrix: `@${id}:test`, name: `Dr ${id}`, role, groups, territory };
}

export const OTHERS = [
  person('sec', 'secretariat', ['polygraphie-secretariat']),
  person('idel1', 'infirmier', ['polygraphie-idel', 'idel-cambresis'], 'cambresis'),
  person('idel2', 'infirmier', ['idel-cambresis'], 'cambresis'),
  person('idel3', 'infirmier', ['idel-douaisis'], 'douaisis'),
  person('pneumo', 'specialiste', ['polygraphie-lecture', 'rcp']),
  person('sau', 'medecin', ['sau'], 'cambresis'),
  person('rcp1', 'medecin', ['rcp']),
  person('rcp2', 'pharmacien', ['rcp']),
  person('ei1', 'medecin', ['ei']),
  person('dermato', 'specialiste', ['avis-dermatologie']),
  person('amb1', 'secretariat', ['ambulances']),
  person('amb2', 'secretariat', ['ambulances']),
  person('renfort', 'secretariat', ['ambulances-renfort']),
];

const POLYGRAPHIE = offer(`
id: polygraphie
title: Polygraphie
family: polygraphie
ask: { who: [medecin-traitant], consent: required, urgent: refuse-15 }
form:
  - { key: motif, type: text, required: true, share: before }
stages:
  - id: rendez-vous
    title: Rendez-vous
    done: rendez-vous fixé
    to: { group: polygraphie-secretariat, dispatch: queue }
    answer: { form: [{ key: rdv, label: Rendez-vous, type: text, required: true, share: before }] }
  - id: pose
    title: Pose
    done: appareil posé
    to: { group: polygraphie-idel, dispatch: first-accept }
    starts: { at: J+2 09:00, from: stage }
  - id: lecture
    title: Lecture
    done: lue
    to: { group: polygraphie-lecture, dispatch: queue }
    sla: { clock: working-days, take: { within: 24h }, answer: { within: 72h, remind: [50%] } }
    outcomes:
      - { word: normale, label: Lecture normale }
      - { word: anormale, label: Lecture anormale, opens: rendez-vous-pneumo }
`);
const RDV = offer(`
id: rendez-vous-pneumo
title: Rendez-vous de pneumologie
family: pneumologie
words: [pneumo]
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: motif, type: text, share: before }]
to: { group: polygraphie-secretariat, dispatch: queue }
`);
const SNP = offer(`
id: sau-snp
title: Réorientation SAU
family: orienter
ask: { who: [sau], consent: not-needed, urgent: accept }
form:
  - { key: motif, type: text, required: true, share: before }
to: { group: "idel-{territory}", dispatch: first-accept }
expires: 60min
`);
const AMBULANCE = offer(`
id: ambulance
title: Ambulance
family: ambulance
ask: { who: [medecin-traitant], consent: not-needed, urgent: accept }
form: [{ key: trajet, type: text, required: true, share: before }]
to: { group: ambulances, dispatch: first-accept, backup: [ambulances-renfort], decline: each }
expires: 4h
sla: { clock: calendar, take: { within: 2h, remind: [50%], escalate: [{ at: 100%, to: backup }] } }
`);
const RCP = offer(`
id: rcp
title: RCP
family: rcp
ask: { who: [medecin-traitant], consent: required, urgent: accept }
form: [{ key: motif, type: text, required: true, share: before }]
to: { group: rcp, dispatch: everyone }
`);
const EI = offer(`
id: evenement-indesirable
title: Évènement indésirable
family: ei
about: nobody
ask: { who: [medecin-traitant, infirmier], consent: not-needed, urgent: accept, anonymous: default }
form: [{ key: recit, label: Récit, type: text, required: true }]
to: { group: ei, dispatch: queue, restricted: true }
`);
const DERMATO = offer(`
id: teleexpertise-dermatologie
title: Téléexpertise dermatologie
family: avis
words: [dermato]
ask: { who: [medecin-traitant], consent: required, urgent: refuse-15 }
form:
  - { key: question, type: text, required: true, share: before }
to: { group: avis-dermatologie, dispatch: first-accept }
sla: { clock: calendar, take: { within: 24h }, answer: { within: 48h, escalate: [{ at: 100%, to: coordinator }] } }
`);
const COMPLET = offer(`
id: complet
title: Demande complète
family: complet
ask: { who: [medecin-traitant], consent: ask, urgent: { call: "114", say: "Les pompiers viennent." }, hours: { opening: [{ days: [mar], hours: ["09:00-12:00"] }], otherwise: Le secrétariat ouvre mardi à 9h. } }
form:
  - { key: question, type: text, required: true }
  - { key: age, type: number, unit: ans, required: true }
to: { group: ei, dispatch: queue }
`);
const OMNIDOC = offer(`
id: pneumo
title: Avis de pneumologie
family: avis
words: [pneumo]
elsewhere: { name: Omnidoc, how: Connectez-vous avec votre e-CPS., line: "03 00 00 00 00" }
`);

export const OFFERS = [POLYGRAPHIE, RDV, SNP, AMBULANCE, RCP, EI, DERMATO, COMPLET, OMNIDOC];
