/** A JSON line in English: fields are ids, counts and codes; never a body, a token or a patient field. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, string | number | boolean | undefined>,
) => void;
