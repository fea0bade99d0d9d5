import { gunzipSync } from 'node:zlib';
import type { Instance, LaunchSpec } from '../../src/core/ports/ec2.js';
import type { JournalEntry } from '../../src/core/ports/process.js';
import type { StartParts } from '../../src/core/start/parts.js';
import { readRunners } from '../../src/core/kernel/runner-tags.js';
import { FakeClock } from './fake-clock.js';
import { FakeEc2 } from './fake-ec2.js';
import { FakeGitHub } from './fake-github.js';
import { lateParts } from './late-parts.js';
import { recordLog } from './log.js';

/** The labels with which an instance registers a runner, as its user data has them. */
function labelsOf(name: string, specs: readonly LaunchSpec[]): readonly string[] {
  const lines = specs.flatMap(({ userData }) => gunzipSync(userData).toString().split('\n'));
  const [, , , , labels = ''] = lines.find((line) => line.split(' ')[1] === name)?.split(' ') ?? [];
  return labels.split(',');
}

/**
 * EC2, GitHub, a clock and a log in memory.
 *
 * @param options.bootMs how long after its launch an instance's runner comes online. Default: never.
 * @param options.invisibleMs how long EC2 does not list a launched instance. Default: 0.
 */
export function createCloud(options: { bootMs?: number; invisibleMs?: number } = {}) {
  const clock = new FakeClock();
  const ec2 = new FakeEc2({ clock, timeline: { invisibleMs: options.invisibleMs ?? 0 } });
  const github = new FakeGitHub();
  /** EC2 in other regions. A region without an entry is the home region. */
  const elsewhere = new Map<string, FakeEc2>();
  const journal: JournalEntry[] = [];
  const cancel = new AbortController();
  const { log, said } = recordLog();
  const { bootMs } = options;
  if (bootMs !== undefined) {
    ec2.onLaunch((instance) => clock.after(bootMs, () => bringOnline(instance)));
  }
  const ports: StartParts = {
    ec2,
    ec2In: async (region) => elsewhere.get(region) ?? ec2,
    github,
    clock,
    log,
    journal: { record: (entry) => void journal.push(entry) },
    signal: cancel.signal,
    bootScripts: { agent: '#!/bin/bash\nagent', installRunner: '#!/bin/bash\ninstall', aptWhenFree: '' },
    mask: () => undefined,
    ...lateParts,
  };
  // An instance that has ended, or whose runner was removed, never comes online.
  function bringOnline(instance: Instance): void {
    if (!live().some(({ id }) => id === instance.id)) return;
    for (const { id, name } of readRunners(instance.tags)) {
      const isListed = github.listed.some((one) => one.name === name);
      if (id === undefined && !isListed) github.addRunner({ name, labels: labelsOf(name, ec2.specs), isReused: true });
      if (id === undefined || isListed) github.connect(name);
    }
  }
  const live = () =>
    [ec2, ...elsewhere.values()]
      .flatMap(({ instances }) => instances)
      .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  return { clock, ec2, elsewhere, github, said, journal, cancel, log, ports, live, bringOnline };
}
