/** The questions of a pathway as data: their YAML shape is config/schema/form.ts. */

export type FormField = {
  key: string;
  label: string;
  type: 'text';
  required: boolean;
  /** `before`: the whole group may see it, so it must not identify anybody. `after`: only asker and taker. */
  share: 'before' | 'after';
};
