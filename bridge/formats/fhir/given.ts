/** What the reader of one FHIR message is given besides the bytes. */
export type Given = {
  /** Civil time of arrival, epoch ms UTC: when a sender does not date its records. */
  receivedAt: number;
  /** Facilities that the source may speak for; with one, a message that names none speaks for it. */
  facilities: readonly string[];
};
