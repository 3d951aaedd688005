/** Pathways of tests, written as an installation writes them. */
import type { Offer, Pathway } from '../../care/request/pathway.ts';
import { readYamlText, sayProblems } from '../../config/problem.ts';
import { offerSchema } from '../../config/schema/pathway.ts';

/** @throws with every problem of the file */
export function offer(text: string): Offer {
  const read = readYamlText('test.yaml', text, offerSchema);
  if ('problems' in read) throw new Error(sayProblems(read.problems));
  return { ...read.value, version: 'test' };
}

export function pathway(text: string): Pathway {
  return offer(text) as Pathway;
}
