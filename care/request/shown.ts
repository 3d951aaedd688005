/** Answers as data for a reader: labels of the form beside typed values; config/texts/answers.ts has the words. */
import type { Answer, Attachment, FormField } from './form.ts';

export type Shown = { label: string; value: ShownValue };

export type ShownValue =
  /** Text, the label of an option; also every value of before the forms had types. */
  | string
  | { list: string[] }
  | { number: number; unit: string | undefined }
  | { scale: number; to: number }
  /** `YYYY-MM-DD` */
  | { date: string }
  | { yes: boolean }
  | { files: Attachment[] }
  | { rows: { label: string; value: string }[][] };

/** @returns the answers to these questions, in their order */
export function shownOf(form: readonly FormField[], answers: readonly Answer[]): Shown[] {
  return form.flatMap((field) => {
    const answer = answers.find((a) => a.key === field.key);
    return answer ? [{ label: field.label, value: valueOf(field, answer) }] : [];
  });
}

function valueOf(field: FormField, answer: Answer): ShownValue {
  switch (answer.type) {
    case 'text':
      return answer.value;
    case 'choice':
      return labelOf(field, answer.value);
    case 'choices':
      return { list: answer.value.map((one) => labelOf(field, one)) };
    case 'number':
      return { number: answer.value, unit: field.type === 'number' ? field.unit : undefined };
    case 'scale':
      return { scale: answer.value, to: field.type === 'scale' ? field.to : answer.value };
    case 'date':
      return { date: answer.value };
    case 'yes-no':
      return { yes: answer.value };
    case 'photo':
    case 'file':
      return { files: answer.value };
    case 'table':
      return { rows: answer.value.map((row) => rowOf(field, row)) };
    default:
      return answer satisfies never;
  }
}

function labelOf(field: FormField, value: string): string {
  const options = field.type === 'choice' || field.type === 'choices' ? field.options : [];
  return options.find((o) => o.value === value)?.label ?? value;
}

function rowOf(field: FormField, row: Record<string, string | number>): { label: string; value: string }[] {
  const columns = field.type === 'table' ? field.columns : [];
  return columns.flatMap((column) => {
    const cell = row[column.key];
    if (cell === undefined || cell === '') return [];
    const label = column.type === 'choice' ? column.options.find((o) => o.value === cell)?.label : undefined;
    const unit = column.type === 'number' && column.unit ? ` ${column.unit}` : '';
    return [{ label: column.label, value: label ?? `${String(cell)}${unit}` }];
  });
}
