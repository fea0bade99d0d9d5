import type { DispatchedRun } from './world.js';

/** A part of the time from a dispatch to the first line of the tests. */
export interface Part {
  readonly id: string;
  readonly name: string;
  readonly seconds: number;
}

/** Where a run's test job runs: on a machine that the run starts, or on an existing one (`runs-on`). */
export type Place = 'EC2' | 'elsewhere';

interface Mark extends Pick<Part, 'id' | 'name'> {
  readonly job: RegExp;
  readonly text: RegExp;
  /** Set if only runs at this place have the part. */
  readonly only?: Place;
}

/** The log line that ends each part, in the required order. The last is pytest's first line. */
const MARKS: readonly Mark[] = [
  { id: 'plan', name: 'act reads the workflows and begins the first job', job: /start$/, text: /Run Set up job/ },
  { id: 'check', name: 'check the request', job: /start$/, text: /Success - Main Check the request/ },
  { id: 'aws', name: 'AWS credentials', job: /start$/, text: /Run Main .*start-runner/, only: 'EC2' },
  { id: 'launch', name: 'start-runner: until the launch', job: /start$/, text: /^Launched .* for runner/, only: 'EC2' },
  { id: 'online', name: 'boot, until the start says online', job: /start$/, text: /^Runner .* is online/, only: 'EC2' },
  { id: 'jobs', name: 'from job to job', job: /test$/, text: /Run Set up job/ },
  { id: 'checkout', name: 'checkout', job: /test$/, text: /Success - Main .*actions\/checkout/ },
  { id: 'tox', name: 'tox makes its environment', job: /test$/, text: /commands\[0\]> pytest/ },
  { id: 'pytest', name: 'pytest, to its first line', job: /test$/, text: /test session starts/ },
];

/** @throws Error if a part is missing or out of order */
export function splitTime({ log, beganMs }: Pick<DispatchedRun, 'log' | 'beganMs'>, place: Place = 'EC2'): Part[] {
  let since = beganMs;
  return MARKS.filter(({ only = place }) => only === place).map(({ id, name, job, text }) => {
    const moment = log.moments.find((one) => one.atMs >= since && job.test(one.job) && text.test(one.text));
    if (!moment) throw new Error(`"${name}" did not come: ${log.lines.join('\n')}`);
    const seconds = (moment.atMs - since) / 1000;
    since = moment.atMs;
    return { id, name, seconds };
  });
}

export function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { seconds }) => sum + seconds, 0);
}

export function renderTime(parts: readonly Part[]): string {
  const rows = [...parts, { name: 'from dispatch to the first test line', seconds: sumOf(parts) }];
  return rows.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${name}`).join('\n');
}
