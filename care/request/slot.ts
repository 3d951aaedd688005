/** A slot of unscheduled care (SNP) offered to the territory's professionals. */
export type Slot = {
  id: string;
  /** Person or centre that receives, as said in a room. */
  offeredBy: string;
  /** Specialty word (`generaliste`, `dentaire`, `dermato`); matched by folded prefix or synonym. */
  specialty: string;
  place: string;
  /** epoch ms UTC. */
  start: number;
  end: number;
  places: number;
  phone?: string | undefined;
};

export interface Slots {
  /** Free slots that start within [from, to), soonest first. */
  free(from: number, to: number, specialty: string | undefined): Promise<Slot[]>;
}
