/** `slot_feeds:` with absolute paths and the addresses that stand in the environment. */
import type { SlotVisibility } from '../care/request/slot.ts';
import type { Person } from '../care/people/person.ts';
import type { ConfigProblem, YamlFile } from './problem.ts';
import type { RelaisFile } from './schema/relais.ts';

export type SlotFeedConfig = {
  id: string;
  /** An address may be a secret: never printed. */
  from: { url: string } | { file: string };
  defaults: {
    offeredBy?: string;
    specialty?: string;
    place?: string;
    person?: string;
    phone?: string;
    url?: string;
    visibility?: SlotVisibility;
    territory?: string;
    places: number;
  };
  events: 'all' | 'free';
};

/** @returns the feeds, and what is wrong with them: a variable that is not set, a person or territory that is not there */
export function slotFeedsOf(
  { value, problem }: YamlFile<RelaisFile>,
  env: Readonly<Record<string, string | undefined>>,
  persons: readonly Person[],
  at: (relative: string) => string,
): { feeds: SlotFeedConfig[]; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const feeds = value.slot_feeds.map((feed, n): SlotFeedConfig => {
    const wrong = (key: string, what: string, cure: string): void => {
      problems.push(problem(['slot_feeds', n, key], what, cure));
    };
    const { person, territory } = feed;
    if (person !== undefined && !persons.some(({ id }) => id === person))
      wrong('person', `"${person}" is nobody of people.yaml`, 'write an id of people.yaml, or remove it');
    if (territory !== undefined && !value.territories.some(({ id }) => id === territory))
      wrong('territory', `"${territory}" is no territory`, 'add it to territories');
    const url = feed.url_env === undefined ? feed.url : env[feed.url_env];
    if (feed.url_env !== undefined && !/^https?:\/\//.test(url ?? ''))
      wrong('url_env', `${feed.url_env} holds no address`, `set the variable ${feed.url_env}: https://…`);
    return {
      id: feed.id,
      from: feed.file === undefined ? { url: url ?? '' } : { file: at(feed.file) },
      defaults: {
        places: feed.places,
        ...(feed.offered_by && { offeredBy: feed.offered_by }),
        ...(feed.specialty && { specialty: feed.specialty }),
        ...(feed.place && { place: feed.place }),
        ...(person && { person }),
        ...(feed.phone && { phone: feed.phone }),
        ...(feed.link && { url: feed.link }),
        ...(feed.visibility && { visibility: feed.visibility }),
        ...(territory && { territory }),
      },
      events: feed.events,
    };
  });
  return { feeds, problems };
}
