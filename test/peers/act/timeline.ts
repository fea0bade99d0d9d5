import type { DispatchedRun } from './world.js';

/** A part of the time from a dispatch to the first line of a test. */
export interface Part {
  readonly name: string;
  readonly seconds: number;
}

/** What begins each part; the last is pytest's first word. In the order in which they must come. */
const MARKS: readonly { readonly name: string; readonly job: RegExp; readonly text: RegExp }[] = [
  { name: 'act reads the workflows and begins the first job', job: /start$/, text: /Run Set up job/ },
  { name: 'check the request, AWS credentials', job: /start$/, text: /Run Main .*start-runner/ },
  { name: 'start-runner: launch, boot, runner online', job: /start$/, text: /Success - Main .*start-runner/ },
  { name: 'from job to job', job: /test$/, text: /Run Set up job/ },
  { name: 'checkout', job: /test$/, text: /Success - Main .*actions\/checkout/ },
  { name: 'tox: its environment and pytest', job: /test$/, text: /test session starts/ },
];

/** @throws Error when a part did not come, or not in its order */
export function splitTime({ log, beganMs }: DispatchedRun): Part[] {
  let since = beganMs;
  return MARKS.map(({ name, job, text }) => {
    const moment = log.moments.find((one) => one.atMs >= since && job.test(one.job) && text.test(one.text));
    if (!moment) throw new Error(`"${name}" did not come: ${log.lines.join('\n')}`);
    const seconds = (moment.atMs - since) / 1000;
    since = moment.atMs;
    return { name, seconds };
  });
}

export function renderTime(parts: readonly Part[]): string {
  const total = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = [...parts, { name: 'from dispatch to the first test line', seconds: total }];
  return rows.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${name}`).join('\n');
}
