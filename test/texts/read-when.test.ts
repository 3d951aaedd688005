import { describe, expect, test } from 'vitest';
import { fromParis, parisDate, toParis } from '../../care/relay/civil-time.ts';
import { readWhen } from '../../config/texts/dates.ts';

function at(text: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[- :]/).map(Number);
  return fromParis({ year, month, day, hour, minute });
}

const two = (n: number): string => String(n).padStart(2, '0');
function hour(instant: number): string {
  const t = toParis(instant);
  return `${two(t.hour)}:${two(t.minute)}`;
}

/**
 * `2026-11-27` a day · `2026-11-28..2026-11-29` days, both included · `2026-11-27 06:00..12:00` · `? … | …` to be asked ·
 * `! …` impossible · `- …` not understood · `none`; then ` + ` and the other words.
 */
function read(phrase: string, now: number): string {
  const found = readWhen(phrase, now);
  if (found === undefined) return 'none';
  const rest = found.rest === '' ? '' : ` + ${found.rest}`;
  if ('ambiguous' in found)
    return (
      `${{ several: '?', impossible: '!', 'not-understood': '-' }[found.why]} ${found.why === 'not-understood' ? '' : found.ambiguous.join(' | ')}`.trim() +
      rest
    );
  const { from, to } = found;
  if (hour(from) === '00:00' && hour(to) === '00:00') {
    const last = parisDate(to - 1);
    return (last === parisDate(from) ? last : `${parisDate(from)}..${last}`) + rest;
  }
  const end = parisDate(to) === parisDate(from) ? hour(to) : `${parisDate(to)} ${hour(to)}`;
  return `${parisDate(from)} ${hour(from)}..${end}${rest}`;
}

const TABLE: Record<string, [phrase: string, expected: string][]> = {
  // A Thursday morning.
  '2026-11-26 10:00': [
    ["aujourd'hui", '2026-11-26'],
    ['aujourd’hui', '2026-11-26'],
    ['Aujourdhui', '2026-11-26'],
    ['AUJOURD’HUI dentaire', '2026-11-26 + dentaire'],
    ['maintenant', '2026-11-26 10:00..12:00'],
    ['tout de suite', '2026-11-26 10:00..12:00'],
    ['ce matin', '2026-11-26 06:00..12:00'],
    ['ce midi', '2026-11-26 12:00..14:00'],
    ['cet après-midi', '2026-11-26 12:00..18:00'],
    ['cet apres midi', '2026-11-26 12:00..18:00'],
    ['cette aprèm', '2026-11-26 12:00..18:00'],
    ['ce soir', '2026-11-26 18:00..2026-11-27 00:00'],
    ['ce soir 20h', '2026-11-26 20:00..21:00'],
    ['ce soir à 8h', '2026-11-26 20:00..21:00'],
    ['cette nuit', '? nuit du mercredi 25 au jeudi 26 novembre | nuit du jeudi 26 au vendredi 27 novembre'],
    ['dans la soirée', '2026-11-26 18:00..2026-11-27 00:00'],
    ['en fin de journée', '2026-11-26 16:00..20:00'],
    ['demain', '2026-11-27'],
    ['demain dentaire', '2026-11-27 + dentaire'],
    ['dentaire demain', '2026-11-27 + dentaire'],
    ['dentaire pour demain', '2026-11-27 + dentaire'],
    ['un créneau demain matin svp', '2026-11-27 06:00..12:00 + un créneau svp'],
    ['Demain Matin', '2026-11-27 06:00..12:00'],
    ['demain après-midi', '2026-11-27 12:00..18:00'],
    ['demain aprem', '2026-11-27 12:00..18:00'],
    ['demain midi', '2026-11-27 12:00..14:00'],
    ['demain soir', '2026-11-27 18:00..2026-11-28 00:00'],
    ['demain dans la matinée', '2026-11-27 06:00..12:00'],
    ['demain en fin d’après-midi', '2026-11-27 16:00..18:00'],
    ['demain début de matinée', '2026-11-27 06:00..09:00'],
    ['demain 10h', '2026-11-27 10:00..11:00'],
    ['demain à 10h30', '2026-11-27 10:30..11:30'],
    ['demain vers 14 h 30', '2026-11-27 14:30..15:30'],
    ['demain 14:30', '2026-11-27 14:30..15:30'],
    ['demain à 15 heures', '2026-11-27 15:00..16:00'],
    ['demain à 3h', '? vendredi 27 novembre à 3h | vendredi 27 novembre à 15h'],
    ['demain 03h', '2026-11-27 03:00..04:00'],
    ['demain à 3h de l’après-midi', '2026-11-27 15:00..16:00'],
    ['demain à 9h du soir', '2026-11-27 21:00..22:00'],
    ['demain après-midi à 3h', '2026-11-27 15:00..16:00'],
    ['demain matin à 8h', '2026-11-27 08:00..09:00'],
    ['demain matin à 15h', '! ce n’est pas une heure du matin'],
    ['demain à 25h', '! 25h n’existe pas'],
    ['demain minuit', '? vendredi 27 novembre à 0h | vendredi 27 novembre à minuit le soir'],
    ['demain entre 10h et 12h', '2026-11-27 10:00..12:00'],
    ['demain entre 10 et 12h', '2026-11-27 10:00..12:00'],
    ['demain de 14h à 18h', '2026-11-27 14:00..18:00'],
    ['demain 14h-18h', '2026-11-27 14:00..18:00'],
    ['demain 14-18h', '2026-11-27 14:00..18:00'],
    ['demain après 18h', '2026-11-27 18:00..2026-11-28 00:00'],
    ['demain avant 10h', '2026-11-27 00:00..10:00'],
    ['demain à partir de 14h', '2026-11-27 14:00..2026-11-28 00:00'],
    ['10h demain', '2026-11-27 10:00..11:00'],
    ['à 15h demain', '2026-11-27 15:00..16:00'],
    ['à 15h', '2026-11-26 15:00..16:00'],
    ['à 8h', '? jeudi 26 novembre à 8h | vendredi 27 novembre à 8h'],
    ['à midi', '2026-11-26 12:00..14:00'],
    ['après-demain', '2026-11-28'],
    ['apres demain soir', '2026-11-28 18:00..2026-11-29 00:00'],
    ['hier', '2026-11-25'],
    ['avant-hier', '2026-11-24'],
    ['lundi', '2026-11-30'],
    ['lundi matin', '2026-11-30 06:00..12:00'],
    ['LUNDI MATIN', '2026-11-30 06:00..12:00'],
    ['lundi au matin', '2026-11-30 06:00..12:00'],
    ['lun. matin', '2026-11-30 06:00..12:00'],
    ['mer 10h', '2026-12-02 10:00..11:00'],
    ['vendredi', '2026-11-27'],
    ['samedi', '2026-11-28'],
    ['dimanche', '2026-11-29'],
    ['mercredi', '2026-12-02'],
    ['jeudi', '? jeudi 26 novembre | jeudi 3 décembre'],
    ['jeudi soir', '? jeudi 26 novembre, soir | jeudi 3 décembre, soir'],
    ['jeudi 8h', '2026-12-03 08:00..09:00'],
    ['ce jeudi', '2026-11-26'],
    ['ce lundi', '2026-11-30'],
    ['lundi prochain', '2026-11-30'],
    ['mardi prochain dermato', '2026-12-01 + dermato'],
    ['le prochain lundi', '2026-11-30'],
    ['jeudi prochain', '2026-12-03'],
    ['vendredi prochain', '? vendredi 27 novembre | vendredi 4 décembre'],
    ['samedi prochain', '? samedi 28 novembre | samedi 5 décembre'],
    ['lundi dernier', '2026-11-23'],
    ['lundi qui vient', '2026-11-30'],
    ['lundi en huit', '2026-12-07'],
    ['lundi en quinze', '2026-12-14'],
    ['jeudi en huit', '? jeudi 3 décembre | jeudi 10 décembre'],
    ['demain en huit', '2026-12-04'],
    ['mardi de la semaine prochaine', '2026-12-01'],
    ['mardi semaine prochaine', '2026-12-01'],
    ['la semaine prochaine mardi', '2026-12-01'],
    ['le 3', '2026-12-03'],
    ['le 27', '2026-11-27'],
    ['le 26', '? jeudi 26 novembre | samedi 26 décembre'],
    ['le 24', '? mardi 24 novembre | jeudi 24 décembre'],
    ['le 31', '! il n’y a pas de 31 ce mois-là'],
    ['le 32', '! il n’y a pas de 32 dans un mois'],
    ['le 3 décembre', '2026-12-03'],
    ['3 decembre', '2026-12-03'],
    ['3 déc.', '2026-12-03'],
    ['1er décembre', '2026-12-01'],
    ['le premier décembre', '2026-12-01'],
    ['jeudi 3 décembre', '2026-12-03'],
    ['jeudi 3 décembre 14h', '2026-12-03 14:00..15:00'],
    ['vendredi 3 décembre', '! le 3 décembre 2026 n’est pas un vendredi, c’est un jeudi'],
    ['vendredi 27', '2026-11-27'],
    ['vendredi 28', '! le 28 novembre 2026 n’est pas un vendredi, c’est un samedi'],
    ['3/12', '2026-12-03'],
    ['le 3/12 à 9h', '2026-12-03 09:00..10:00'],
    ['03/12/2026', '2026-12-03'],
    ['3/12/26', '2026-12-03'],
    ['03.12.2026', '2026-12-03'],
    ['2026-12-03', '2026-12-03'],
    ['3 décembre 2027', '2027-12-03'],
    ['3 janvier', '2027-01-03'],
    ['3 novembre', '? mardi 3 novembre | mercredi 3 novembre 2027'],
    ['31 novembre', '! le 31 novembre n’existe pas'],
    ['30/02', '! le 30 février n’existe pas'],
    ['29 février', '! le 29 février n’existe pas cette année-là'],
    ['29 février 2028', '2028-02-29'],
    ['12/13', '! il n’y a pas de mois 13'],
    ['dans 2 h', '2026-11-26 12:00..13:00'],
    ['dans deux heures', '2026-11-26 12:00..13:00'],
    ['dans 2h30', '2026-11-26 12:30..13:30'],
    ['dans une heure et demie', '2026-11-26 11:30..12:30'],
    ['dans une demi-heure', '2026-11-26 10:30..11:30'],
    ['dans un quart d’heure', '2026-11-26 10:15..11:15'],
    ['dans 45 min', '2026-11-26 10:45..11:45'],
    ['dans l’heure', '2026-11-26 10:00..11:00'],
    ['dans 3 jours', '2026-11-29'],
    ['dans trois jours au matin', '2026-11-29 06:00..12:00'],
    ['dans une semaine', '2026-12-03'],
    ['dans 2 semaines', '2026-12-10'],
    ['dans 8 jours', '? jeudi 3 décembre | vendredi 4 décembre'],
    ['dans quinze jours', '? jeudi 10 décembre | vendredi 11 décembre'],
    ['dans un mois', '2026-12-26'],
    ['dans quelques jours', '-'],
    ['sous 48 h', '2026-11-26 10:00..2026-11-28 10:00'],
    ['sous 48h dermato', '2026-11-26 10:00..2026-11-28 10:00 + dermato'],
    ['sous quarante-huit heures', '2026-11-26 10:00..2026-11-28 10:00'],
    ['dans les 24 h', '2026-11-26 10:00..2026-11-27 10:00'],
    ['sous 3 jours', '2026-11-26 10:00..2026-11-30 00:00'],
    ['d’ici 3 jours', '2026-11-26 10:00..2026-11-30 00:00'],
    ["d'ici vendredi", '2026-11-26 10:00..2026-11-28 00:00'],
    ['d’ici demain soir', '2026-11-26 10:00..2026-11-28 00:00'],
    ['d’ici ce soir', '2026-11-26 10:00..2026-11-27 00:00'],
    ['d’ici le 3 décembre', '2026-11-26 10:00..2026-12-04 00:00'],
    ['avant lundi', '2026-11-26 10:00..2026-11-30 00:00'],
    ['avant 18h', '2026-11-26 10:00..18:00'],
    ['jusqu’à mardi', '2026-11-26 10:00..2026-12-02 00:00'],
    ['jusqu’au 3 décembre', '2026-11-26 10:00..2026-12-04 00:00'],
    ['à partir de lundi', '2026-11-30..2026-12-06'],
    ['dès demain', '2026-11-27..2026-12-03'],
    ['ce week-end', '2026-11-28..2026-11-29'],
    ['ce weekend', '2026-11-28..2026-11-29'],
    ['ce we', '2026-11-28..2026-11-29'],
    ['le week-end prochain', '? du samedi 28 au dimanche 29 novembre | du samedi 5 au dimanche 6 décembre'],
    ['cette semaine', '2026-11-23..2026-11-29'],
    ['la semaine prochaine', '2026-11-30..2026-12-06'],
    ['semaine pro', '2026-11-30..2026-12-06'],
    ['dans la semaine', '? du jeudi 26 au dimanche 29 novembre | du jeudi 26 novembre au jeudi 3 décembre'],
    ['le mois prochain', '2026-12-01..2026-12-31'],
    ['du 3 au 5 décembre', '2026-12-03..2026-12-05'],
    ['absence du 3 au 21, Dr Y', '2026-12-03..2026-12-21 + absence, Dr Y'],
    ['du 28 décembre au 3 janvier', '2026-12-28..2027-01-03'],
    ['du 30/11 au 4/12', '2026-11-30..2026-12-04'],
    ['de lundi à mercredi', '2026-11-30..2026-12-02'],
    ['entre lundi et mercredi', '2026-11-30..2026-12-02'],
    ['du 5 au 3 décembre', '! la fin vient avant le début'],
    ['la nuit de lundi à mardi', '2026-11-30 20:00..2026-12-01 08:00'],
    ['dans la nuit du 3 au 4', '2026-12-03 20:00..2026-12-04 08:00'],
    ['lundi nuit', '2026-11-30 20:00..2026-12-01 08:00'],
    ['Noël', '2026-12-25'],
    ['le jour de l’an', '2027-01-01'],
    ['la veille de Noël', '2026-12-24'],
    ['le lendemain de noël', '2026-12-26'],
    ['Pâques', '2027-03-28'],
    ['lundi de Pâques', '2027-03-29'],
    ['vendredi saint', '2027-03-26'],
    ['l’ascension', '2027-05-06'],
    ['jeudi de l’Ascension', '2027-05-06'],
    ['Pentecôte', '2027-05-16'],
    ['lundi de pentecôte matin', '2027-05-17 06:00..12:00'],
    ['le 14 juillet', '2027-07-14'],
    ['le 15 août', '2027-08-15'],
    ['assomption', '2027-08-15'],
    ['toussaint', '? dimanche 1er novembre | lundi 1er novembre 2027'],
    ['la toussaint 2027', '2027-11-01'],
    ['la Toussaint prochaine', '2027-11-01'],
    ['mardi gras', '2027-02-09'],
    ['demain vendredi', '2026-11-27'],
    ['demain (vendredi) matin', '2026-11-27 06:00..12:00'],
    ['demain lundi', '? vendredi 27 novembre | lundi 30 novembre'],
    ['lundi ou mardi', '? lundi 30 novembre | mardi 1er décembre + ou'],
    ['lundi matin ou après-midi', '? lundi 30 novembre, matin | lundi 30 novembre, après-midi'],
    ['3 ou 4 décembre', '- + 3 ou'],
    ['pas demain', '- + pas'],
    ['sauf lundi', '- + sauf'],
    ['tous les lundis', 'none'],
    ['chaque lundi', '- + chaque'],
    ['les vacances de Noël', '- + les vacances de'],
    ['fin de semaine prochaine', '-'],
    ['toux depuis lundi', 'none'],
    ['toux depuis lundi, dermato demain', '2026-11-27 + toux depuis lundi, dermato'],
    ['née le 15/03/1976', 'none'],
    ['TA 12/8', 'none'],
    ['appeler le 15', 'none'],
    ['glasgow 15, 2h de douleur', 'none'],
    ['prise matin et soir', 'none'],
    ['dentaire', 'none'],
    ['mal de mer', 'none'],
    ['samu', 'none'],
    ['20 mg le soir', 'none'],
    ['', 'none'],
  ],
  // A Sunday evening.
  '2026-11-22 19:30': [
    ['ce soir', '2026-11-22 18:00..2026-11-23 00:00'],
    ['cette nuit', '2026-11-22 20:00..2026-11-23 08:00'],
    ['demain', '2026-11-23'],
    ['lundi', '2026-11-23'],
    ['lundi matin', '2026-11-23 06:00..12:00'],
    ['lundi prochain', '? lundi 23 novembre | lundi 30 novembre'],
    ['mardi prochain', '2026-11-24'],
    ['dimanche', '? dimanche 22 novembre | dimanche 29 novembre'],
    ['dimanche matin', '2026-11-29 06:00..12:00'],
    ['dimanche prochain', '2026-11-29'],
    ['ce week-end', '2026-11-21..2026-11-22'],
    ['le week-end prochain', '2026-11-28..2026-11-29'],
    ['la semaine prochaine', '2026-11-23..2026-11-29'],
    ['cette semaine', '2026-11-16..2026-11-22'],
    ['mercredi', '2026-11-25'],
    ['sous 48 h', '2026-11-22 19:30..2026-11-24 19:30'],
    ['le 22', '? dimanche 22 novembre | mardi 22 décembre'],
    ['jeudi en huit', '2026-12-03'],
    ['à 19h', '2026-11-22 19:00..20:00'],
    ['à 14h', '? dimanche 22 novembre à 14h | lundi 23 novembre à 14h'],
    ['aujourd’hui dimanche', '2026-11-22'],
    ['dans 5 h', '2026-11-23 00:30..01:30'],
    ['d’ici mercredi', '2026-11-22 19:30..2026-11-26 00:00'],
  ],
  // New Year's Eve, a Thursday afternoon.
  '2026-12-31 15:00': [
    ['demain', '2027-01-01'],
    ['après-demain matin', '2027-01-02 06:00..12:00'],
    ['le 3', '2027-01-03'],
    ['le 3 janvier', '2027-01-03'],
    ['3/1', '2027-01-03'],
    ['le 31', '? jeudi 31 décembre | dimanche 31 janvier 2027'],
    ['le 28 décembre', '? lundi 28 décembre | mardi 28 décembre 2027'],
    ['noël', '? vendredi 25 décembre | samedi 25 décembre 2027'],
    ['jour de l’an', '2027-01-01'],
    ['la Saint-Sylvestre', '2026-12-31'],
    ['lundi', '2027-01-04'],
    ['dans 2 jours', '2027-01-02'],
    ['dans un mois', '2027-01-31'],
    ['dans 2 mois', '! il n’y a pas de 31 dans le mois où cela tombe'],
    ['la semaine prochaine', '2027-01-04..2027-01-10'],
    ['le mois prochain', '2027-01-01..2027-01-31'],
    ['ce week-end', '2027-01-02..2027-01-03'],
    ['sous 48 h', '2026-12-31 15:00..2027-01-02 15:00'],
    ['ce soir', '2026-12-31 18:00..2027-01-01 00:00'],
    ['jeudi matin', '2027-01-07 06:00..12:00'],
    ['toussaint', '? dimanche 1er novembre | lundi 1er novembre 2027'],
    ['du 30 au 2', '? du mercredi 30 décembre au samedi 2 janvier 2027 | du samedi 30 janvier au mardi 2 février 2027'],
  ],
  // The Saturday before the spring night: on Sunday 02:00–03:00 does not come.
  '2026-03-28 12:00': [
    ['demain', '2026-03-29'],
    ['demain matin', '2026-03-29 06:00..12:00'],
    ['demain à 02h30', '! cette heure n’existe pas ce jour-là'],
    ['demain à 03h30', '2026-03-29 03:30..04:30'],
    ['cette nuit', '2026-03-28 20:00..2026-03-29 08:00'],
    ['sous 24 h', '2026-03-28 12:00..2026-03-29 13:00'],
    ['dans 24 h', '2026-03-29 13:00..14:00'],
    ['ce week-end', '2026-03-28..2026-03-29'],
    ['dans 2 jours', '2026-03-30'],
    ['lundi 8h', '2026-03-30 08:00..09:00'],
    ['pâques', '2026-04-05'],
    ['vendredi saint', '2026-04-03'],
  ],
  // The Saturday before the autumn night: on Sunday 02:00–03:00 comes twice.
  '2026-10-24 12:00': [
    ['demain', '2026-10-25'],
    ['demain à 02h30', '? dimanche 25 octobre à 2h30 (heure d’été) | dimanche 25 octobre à 2h30 (heure d’hiver)'],
    ['demain à 10h', '2026-10-25 10:00..11:00'],
    ['sous 24 h', '2026-10-24 12:00..2026-10-25 11:00'],
    ['ce week-end', '2026-10-24..2026-10-25'],
    ['toussaint', '2026-11-01'],
    ['11 novembre', '2026-11-11'],
    ['l’armistice', '2026-11-11'],
  ],
  // One in the morning: "demain" may be after the sleep.
  '2026-11-27 01:00': [
    ['demain', '? vendredi 27 novembre | samedi 28 novembre'],
    ['demain matin', '? vendredi 27 novembre, matin | samedi 28 novembre, matin'],
    ['cette nuit', '2026-11-26 20:00..2026-11-27 08:00'],
    ['ce matin', '2026-11-27 06:00..12:00'],
    ['ce soir', '2026-11-27 18:00..2026-11-28 00:00'],
    ['samedi', '2026-11-28'],
  ],
};

describe('readWhen', () => {
  for (const [now, phrases] of Object.entries(TABLE))
    test.each(phrases)(`${now}: %s`, (phrase, expected) => expect(read(phrase, at(now))).toBe(expected));

  test('at least 150 phrases', () => expect(Object.values(TABLE).flat().length).toBeGreaterThan(150));

  test.each([
    ['mercredi matin', 'mercredi 2 décembre, matin'],
    ['demain 10h30', 'vendredi 27 novembre à 10h30'],
    ['demain après 18h', 'vendredi 27 novembre, à partir de 18h'],
    ['ce week-end', 'du samedi 28 au dimanche 29 novembre'],
    ['la semaine prochaine', 'du lundi 30 novembre au dimanche 6 décembre'],
    ['le 3 janvier', 'dimanche 3 janvier 2027'],
    ['sous 48 h', 'jusqu’au samedi 28 novembre à 10h'],
    ['d’ici vendredi', 'jusqu’au vendredi 27 novembre'],
    ['1er décembre', 'mardi 1er décembre'],
    ['lundi nuit', 'nuit du lundi 30 novembre au mardi 1er décembre'],
    ['demain début de matinée', 'vendredi 27 novembre, début de matinée'],
  ])('%s is said back: %s', (phrase, said) => expect(readWhen(phrase, at('2026-11-26 10:00'))).toMatchObject({ said }));

  test('the words in question are those that were typed', () => {
    expect(readWhen('Dermato le 31 Novembre svp', at('2026-11-26 10:00'))).toEqual({
      ambiguous: ['le 31 novembre n’existe pas'],
      why: 'impossible',
      words: 'le 31 Novembre',
      rest: 'Dermato svp',
    });
  });

  test('decomposed accents and odd spaces are the same words', () => {
    expect(read('août'.normalize('NFD') + ' : après‑demain', at('2026-11-26 10:00'))).toBe('2026-11-28 + août');
    expect(read('demain\u00a0à\u202f10\u00a0h', at('2026-11-26 10:00'))).toBe('2026-11-27 10:00..11:00');
  });

  test('what is understood starts and ends in order, whatever is typed', () => {
    const words = [
      'demain',
      'lundi',
      'le',
      '3',
      '31',
      'décembre',
      'matin',
      'soir',
      'à',
      '10h',
      'du',
      'au',
      'entre',
      'et',
      'dans',
      '2',
      'jours',
      'h',
      'prochain',
      'd’ici',
      'avant',
      'ce',
      'nuit',
      'de',
      'la',
      'semaine',
      'noël',
      '/',
      '12',
      'en huit',
      'week-end',
    ];
    let seed = 7;
    const pick = (): string => words[(seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) % words.length] ?? '';
    for (let n = 0; n < 3000; n += 1) {
      const phrase = Array.from({ length: 1 + (n % 6) }, pick).join(' ');
      const found = readWhen(phrase, at('2026-11-26 10:00'));
      if (found === undefined) continue;
      if ('ambiguous' in found) expect(found.ambiguous.length, phrase).toBeGreaterThan(0);
      else expect(found.to, phrase).toBeGreaterThan(found.from);
    }
  });
});
