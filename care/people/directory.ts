/** The directory port: who practises where. Loaded from the national open file (RPPS) and, later, the CPTS overlay. */
export type DirectoryEntry = {
  rpps: string;
  /** `Dr Alice ESSAIDERM`, as a colleague writes it. */
  name: string;
  profession: string;
  professionCode: string;
  specialties: { code: string; label: string }[];
  /** One per place of practice. */
  places: {
    name: string | undefined;
    street: string | undefined;
    postcode: string | undefined;
    town: string | undefined;
    phone: string | undefined;
  }[];
};

export type DirectorySearch = {
  /** At most `limit`, best first. */
  entries: DirectoryEntry[];
  total: number;
  /** How the words were understood, so that a doctor sees why: `dermato → Dermatologie`, `cambrai → commune`. */
  understood: { words: string; as: 'specialty' | 'profession' | 'town' | 'name'; label: string }[];
  /** Words that matched nothing and the nearest known ones. */
  unknown: { word: string; nearest: string | undefined }[];
};

export interface Directory {
  search(words: string, limit: number): Promise<DirectorySearch>;
  size(): Promise<number>;
}
