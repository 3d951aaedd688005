/**
 * A synthetic national file of any size, in the layout of the 2026 open file: nobody in it exists. Streamed to a temporary
 * folder, once per size, and never committed.
 */
import { createReadStream, createWriteStream, existsSync, readFileSync, renameSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const SAMPLE = join(import.meta.dirname, '..', 'demo', 'data', 'rpps-synthetique.txt');

/** A small generator of its own: the same file each time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const STARTS = 'b br c ch cl d dr f fl g gr h j l m n p pl qu r s t tr v'.split(' ');
const VOWELS = 'a e i o u ai au eu ou oi'.split(' ');
const ENDS = 'l n r t rd nt ux ard eau et in on ier elle osse mont ville court'.split(' ');
const GIVEN =
  'Marie Jean Pierre Anne Paul Sophie Luc Claire Hugo Emma Louis Alice Jules Nadia Karim Lea Marc Julie Yves Rose'.split(
    ' ',
  );

/** Code, label, skills (code and label), share in a thousand rows: roughly those of the real file. */
const JOBS: [code: string, label: string, skills: [string, string][], share: number][] = [
  ['60', 'Infirmier', [], 420],
  [
    '10',
    'Médecin',
    [
      ['SM54', 'Médecine Générale (SM)'],
      ['SM26', 'Qualifié en Médecine Générale (SM)'],
    ],
    130,
  ],
  [
    '10',
    'Médecin',
    [
      ['SM04', 'Cardiologie et Maladies vasculaires (SM)'],
      ['SM15', 'Dermatologie et Vénéréologie (SM)'],
      ['SM40', 'Pédiatrie (SM)'],
      ['SM42', 'Psychiatrie (SM)'],
      ['SM38', 'Ophtalmologie (SM)'],
      ['SM34', 'Oto-rhino-laryngologie (SM)'],
      ['SM48', 'Rhumatologie (SM)'],
      ['SM44', 'Radio-diagnostic (SM)'],
    ],
    150,
  ],
  ['70', 'Masseur-Kinésithérapeute', [], 80],
  ['21', 'Pharmacien', [], 70],
  ['40', 'Chirurgien-Dentiste', [], 50],
  ['50', 'Sage-Femme', [], 25],
  ['91', 'Orthophoniste', [], 25],
  ['80', 'Pédicure-Podologue', [], 20],
  ['93', 'Psychologue', [], 30],
];

const TOWNS = 34_000;

function wordOf(random: (below: number) => number, syllables: number): string {
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? '';
  let word = '';
  for (let n = 0; n < syllables; n++) word += pick(STARTS) + pick(VOWELS);
  return word + pick(ENDS);
}

/** @returns the path of the file, made when it is not there yet */
export async function syntheticRpps(folder: string, rows: number, onProgress: (line: string) => void): Promise<string> {
  const path = join(folder, `rpps-${rows}.txt`);
  if (existsSync(path)) return path;
  onProgress(`writing ${rows} synthetic rows`);
  const header = readFileSync(SAMPLE, 'utf8').split('\n')[0] ?? '';
  const names = header.split('|');
  const random = randomOf(20_26);
  const families = Array.from({ length: 300_000 }, () => wordOf(random, 1 + random(3)).toUpperCase());
  const towns = Array.from({ length: TOWNS }, (_, n) => {
    const name = wordOf(random, 1 + random(2));
    return {
      name: name.slice(0, 1).toUpperCase() + name.slice(1),
      department: String(1 + (n % 95)).padStart(2, '0'),
      n,
    };
  });
  towns[0] = { name: 'Lille', department: '59', n: 0 }; // the one that has most of them has a real name: it can be asked for
  const total = JOBS.reduce((sum, [, , , share]) => sum + share, 0);
  const out = createWriteStream(`${path}.part`, { highWaterMark: 1024 ** 2 });
  out.write(`${header}\n`);
  const skewed = (length: number): number => Math.floor(length * (random(1_000_000) / 1_000_000) ** 3); // few names are many
  for (let written = 0, person = 0; written < rows; person++) {
    let at = random(total);
    const job = JOBS.find(([, , , share]) => (at -= share) < 0) ?? JOBS[0];
    if (job === undefined) break;
    const [code, label, skills] = job;
    const number = String(90_000_000_000 + person);
    const [skill, skillLabel] = skills[random(skills.length)] ?? ['', ''];
    const family = families[skewed(families.length)] ?? '';
    const given = (GIVEN[random(GIVEN.length)] ?? '').toUpperCase();
    const places = 1 + (random(3) === 0 ? 1 : 0) + (random(20) === 0 ? 2 : 0);
    for (let n = 0; n < places && written < rows; n++, written++) {
      const town = towns[skewed(towns.length)];
      if (town === undefined) break;
      const cells: Record<string, string> = {
        "Type d'identifiant PP": '8',
        'Identifiant PP': number,
        'Identification nationale PP': `8${number}`,
        "Code civilité d'exercice": code === '10' ? 'DR' : '',
        "Nom d'exercice": family,
        "Prénom d'exercice": given,
        'Code profession': code,
        'Libellé profession': label,
        'Code savoir-faire': skill,
        'Libellé savoir-faire': skillLabel,
        'Code mode exercice': random(3) === 0 ? 'S' : 'L',
        'Libellé mode exercice': 'Libéral',
        'Identifiant technique de la structure': `R${person}${n}`,
        'Raison sociale site': random(3) === 0 ? `CABINET ${family}` : '',
        'Numéro Voie (coord. structure)': String(1 + random(200)),
        'Libellé type de voie (coord. structure)': 'Rue',
        'Libellé Voie (coord. structure)': 'DE L ESSAI',
        'Bureau cedex (coord. structure)': `${town.department}${String(town.n % 1000).padStart(3, '0')} ${town.name.toUpperCase()}`,
        'Code postal (coord. structure)': `${town.department}${String(town.n % 1000).padStart(3, '0')}`,
        'Libellé commune (coord. structure)': town.name,
        'Téléphone (coord. structure)': `01990${String(person % 100_000).padStart(5, '0')}`,
        'Libellé Département (structure)': 'Essai',
        "Libellé secteur d'activité": 'Cabinet individuel',
        "Libellé genre d'activité": 'Activité standard de soin ou de pharmacien',
      };
      const line = names.map((name) => cells[name] ?? '').join('|');
      if (!out.write(`${line}\n`)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'finish');
  renameSync(`${path}.part`, path);
  return path;
}

type Queries = { selective: string[]; broad: string[]; faulty: string[] };

const WORDS = ['infirmier', 'kine', 'pharmacien', 'dentiste', 'medecin generaliste', 'cardio', 'dermato', 'sage femme'];

/** What people would ask of this file: 600 selective questions, 300 with a fault, and the broadest words that there are. */
export async function syntheticQueries(file: string): Promise<Queries> {
  const random = randomOf(7);
  const people = await sampleOf(file, 300);
  const queries: Queries = { selective: [], broad: [], faulty: [] };
  for (const { family, given, town } of people) {
    queries.selective.push(`${given} ${family}`, `${WORDS[random(WORDS.length)] ?? ''} ${town}`);
    if (family.length < 6) continue;
    const at = 1 + random(family.length - 3);
    const swapped = family.slice(0, at) + (family[at + 1] ?? '') + (family[at] ?? '') + family.slice(at + 2);
    queries.faulty.push(
      random(2) === 0 ? `${swapped} ${given}` : `${family.slice(0, at)}${family.slice(at + 1)} ${town}`,
    );
  }
  const starts = people.map(({ family }) => family.slice(0, 3));
  queries.broad.push(
    ...WORDS,
    'medecin',
    'docteur marie',
    'rue',
    'cabinet',
    ...GIVEN,
    ...new Set(starts),
    '59',
    'infirmier 75',
  );
  return queries;
}

/** Some people of the file, evenly spread over its first mebibytes. */
async function sampleOf(file: string, most: number): Promise<{ family: string; given: string; town: string }[]> {
  const found: { family: string; given: string; town: string }[] = [];
  let [rest, n] = ['', 0];
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const cells = line.split('|');
      if (n++ % 97 === 1) found.push({ family: cells[7] ?? '', given: cells[8] ?? '', town: cells[37] ?? '' });
      if (found.length === most) return found;
    }
  }
  return found;
}
