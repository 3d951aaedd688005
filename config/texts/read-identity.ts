/** « MODELE Anne 15/03/1976 F »: who the patient is, as a colleague writes it on one line. */
import type { PatientView } from '../../care/relay/announcement.ts';
import { fold } from './fold.ts';

/** @returns undefined when there is no name, or no possible date of birth */
export function readIdentity(typed: string, now: number): PatientView | undefined {
  let text = typed
    .replaceAll(/[,;\n]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const date = /\b(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})\b/.exec(text);
  if (!date) return undefined;
  const [, day = '', month = '', year = ''] = date;
  const birthDate = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const instant = Date.parse(`${birthDate}T00:00:00Z`);
  const isReal = !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(birthDate);
  if (!isReal || instant > now || Number(year) < 1890) return undefined;
  text = text.replace(date[0], ' ').replace(/\b(?:n[ée]{1,2}(?:\(e\))?\s+le|dn|ddn)\b\s*:?/iu, ' ');
  let sex: PatientView['sex'];
  const words = text.split(/\s+/).filter((word) => {
    const said = fold(word).replace(/\.$/, '');
    const found = {
      mme: 'F',
      madame: 'F',
      f: 'F',
      femme: 'F',
      mlle: 'F',
      m: 'M',
      mr: 'M',
      monsieur: 'M',
      h: 'M',
      homme: 'M',
    }[said];
    if (found) sex = found as 'F' | 'M';
    return word !== '' && !found && !['sexe', ':'].includes(said);
  });
  // Capitals are the name, as hospitals write it; else the name comes first.
  const capitals = words.filter((word) => word.length > 1 && word === word.toUpperCase());
  const name = capitals.length > 0 && capitals.length < words.length ? capitals : words.slice(0, 1);
  const given = words.filter((word) => !name.includes(word));
  if (name.length === 0) return undefined;
  return {
    usedName: name.join(' ').toUpperCase(),
    birthName: undefined,
    givenName: given.join(' ') || undefined,
    birthDate,
    sex,
  };
}
