/** A pathway is data: one YAML file in config/pathways (DESIGN §4). Its schema is config/schema/pathway.ts; this is its meaning. */
import type { FormField } from './form.ts';
import type { SlaPolicy } from './sla-policy.ts';

export type Pathway = {
  id: string;
  /** Content hash of the file: a running request keeps the policy it started with. */
  version: string;
  title: string;
  family: string;
  words: string[];
  ask: { who: string[]; consent: 'required' | 'not-needed'; urgent: 'refuse-15' | 'accept' };
  form: FormField[];
  to: { group: string; dispatch: 'first-accept' | 'on-duty-then-all' | 'everyone'; backup: string[] };
  sla: SlaPolicy;
  trace: { report: string | undefined; billing: string[]; to: string[] };
  count: string[];
};
