/** A file of an arrangement, given in the place of another: its problems against the wrong schema would say nothing. */
import { z } from 'zod';
import { readYaml } from '../config/problem.ts';

/** What each of the files is known by. */
const KINDS = [
  {
    has: ['family'],
    is: 'a pathway',
    cure: 'relais sla FILE checks it and draws its clock; with its people: relais rehearse SCENARIO, or check-config of the relais.yaml whose pathways: names its folder',
  },
  {
    has: ['title', 'steps'],
    is: 'a scenario',
    cure: 'relais rehearse FILE plays it',
  },
  {
    has: ['persons'],
    is: 'a people file',
    cure: 'give the scenario, or the relais.yaml, that names it (people:)',
  },
] as const;

/** @returns what it is and what to do with it; undefined for what is expected here, or known to nobody */
export function saidOfOther(
  file: string,
  expected: 'a configuration' | 'a scenario' | 'a pathway',
): string | undefined {
  const read = readYaml(file, z.record(z.string(), z.unknown()));
  if ('problems' in read) return undefined;
  const kind = KINDS.find(({ has }) => has.every((key) => key in read.value));
  return kind && kind.is !== expected ? `${file} is ${kind.is}, not ${expected}\n  → ${kind.cure}` : undefined;
}
