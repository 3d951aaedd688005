/**
 * Periodic jobs, woken by node-cron. Deadlines are never here: a blocked loop makes cron miss a slot and it never
 * catches up, so what must happen at an instant is a durable timer (DESIGN §5).
 */
import { schedule } from 'node-cron';

export type Job = { name: string; /** Five cron fields, Europe/Paris. */ every: string; run: () => Promise<void> };

/** @returns a function that stops them all */
export function startJobs(jobs: Job[], onBug: (job: string, error: unknown) => void): () => Promise<void> {
  const tasks = jobs.map((job) =>
    schedule(job.every, async () => job.run().catch((error: unknown) => onBug(job.name, error)), {
      name: job.name,
      timezone: 'Europe/Paris',
      noOverlap: true,
    }),
  );
  return async () => {
    for (const task of tasks) await task.destroy();
  };
}
