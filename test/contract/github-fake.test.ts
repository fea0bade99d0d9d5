import type { RunJob } from '../../src/core/ports/github.js';
import { FakeGitHub } from '../worlds/fake-github.js';
import { describeGitHub } from './github.suite.js';

describeGitHub('fake', () => {
  const github = new FakeGitHub();
  const ending = { version: '2.335.0', refusedFrom: Date.UTC(2026, 5, 1) };
  github.offerVersion(ending.version, ending.refusedFrom);
  github.offerVersion('2.336.0');
  github.groups.set('builders', 3).set('theirs', 4);
  github.closedGroups.set(4, 'it is for other repositories');
  github.files.set('.github/ec2-runners.yml@abc', 'presets: {}\n');
  github.attempts.set('octo-org/octo-repo 7 1', 'completed').set('octo-org/octo-repo 7 2', 'active');
  github.hiddenRepositories.add('octo-org/hidden');
  const nameOf = (id: number) => github.listed.find((runner) => runner.id === id)?.name ?? '';
  return {
    github,
    version: '2.336.0',
    ending,
    group: { name: 'builders', id: 3 },
    closed: { name: 'theirs', id: 4 },
    file: { path: '.github/ec2-runners.yml', ref: 'abc', text: 'presets: {}\n' },
    run: { repository: 'octo-org/octo-repo', id: '7', hidden: 'octo-org/hidden' },
    hostJob: (name, runnerName) => hostJob(github, name, runnerName),
    queueJob: (name, label) => void addJob(github, { name, status: 'queued', labels: [label] }),
    completeRun: () => void github.attempts.set('octo-org/octo-repo 7 2', 'completed'),
    connect: (id) => github.connect(nameOf(id)),
    disconnect: (id) => github.disconnect(nameOf(id)),
    goBusy: (id) => github.goBusy(nameOf(id)),
    finish: (id) => github.finish(nameOf(id)),
    loseNextRegistration: (where) => github.loseNextRegistration(where),
    close: () => undefined,
  };
});

const ATTEMPT = 'octo-org/octo-repo 7 2';

function addJob({ jobs }: FakeGitHub, job: Omit<RunJob, 'id'>): RunJob {
  const known = jobs.get(ATTEMPT) ?? [];
  const added = { ...job, id: known.length + 1 };
  jobs.set(ATTEMPT, [...known, added]);
  return added;
}

function hostJob(github: FakeGitHub, name: string, runnerName: string) {
  const startedAt = Date.UTC(2026, 5, 1);
  const job = addJob(github, { name, status: 'in_progress', labels: ['ubuntu-latest'], runnerName, startedAt });
  const over = { ...job, status: 'completed', conclusion: 'success', completedAt: startedAt + 60_000 };
  const end = () => {
    const jobs = github.jobs.get(ATTEMPT) ?? [];
    github.jobs.set(
      ATTEMPT,
      jobs.map((one) => (one.id === job.id ? over : one)),
    );
  };
  return { end };
}
