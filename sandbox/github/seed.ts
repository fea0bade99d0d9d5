import { randomBytes } from 'node:crypto';
import { mayUse } from './rules/groups.js';
import { Switchboard } from './rules/switchboard.js';
import type { State } from './state.js';
import { DiscussionStore } from './world/discussions.js';
import { GitHubError } from './world/errors.js';
import type { GitHubEvent } from './world/events.js';
import { JobBoard } from './world/jobs.js';
import type { Deprecation, Repository, Run, RunnerGroup } from './world/records.js';
import { RunnerRegistry, type RunnerRecord } from './world/runners.js';
import { SecondaryLimit, type SecondaryLimits } from './world/secondary-limit.js';
import { SettingsStore } from './world/settings.js';
import type { Timing } from './world/session.js';
import { App, newKeyPair, TokenStore, type AppOptions, type Token } from './world/tokens.js';

export interface GitHubOptions {
  /** The token with all permissions. Default: a new one. */
  readonly token?: string;
  /** Further tokens, with fewer permissions. */
  readonly tokens?: readonly Token[];
  /** Default: an App that is installed in the organization, with the permissions that this suite needs. */
  readonly app?: AppOptions & { readonly privateKey?: string };
  /** The first one runs the workflow. Default: `octo-org/octo-repo`, private, and another one. */
  readonly repositories?: readonly Repository[];
  /** Runner groups of organizations and the enterprise. Default: 1 Default, 3 builders. */
  readonly groups?: readonly RunnerGroup[];
  /** Text by path, or by `ref:path`. */
  readonly files?: Readonly<Record<string, string>>;
  /** The reusable workflows that the run calls, as `owner/name/path@ref`. Default: none. */
  readonly calls?: readonly string[];
  /** The versions of the runner application, newest first. */
  readonly versions?: Readonly<Record<string, Deprecation>>;
  /** False for a GitHub Enterprise Server without the API for deprecations. Default: true. */
  readonly servesDeprecations?: boolean;
  readonly timing?: Partial<Timing>;
  /** Default: none. */
  readonly secondaryLimits?: SecondaryLimits;
  readonly emit?: (event: GitHubEvent) => void;
}

/** The defaults. */
export const ENTERPRISE = 'octo-enterprise';
export const RUN_ID = 29679449;
export const HEAD_SHA = 'f83a356604ae3c5d03e1b46ef4d1ca77d64a90b0';
export const RUNNER_VERSION = '2.336.0';

const REPOSITORIES: readonly Repository[] = [
  { id: 1296269, name: 'octo-org/octo-repo', defaultBranch: 'main', private: true },
  { id: 1296270, name: 'octo-org/other-repo', defaultBranch: 'main', private: true },
];
const GROUPS: readonly RunnerGroup[] = [
  { id: 1, name: 'Default' },
  { id: 3, name: 'builders' },
];
const APP_PERMISSIONS = {
  actions: 'read',
  administration: 'write',
  contents: 'read',
  metadata: 'read',
  organization_self_hosted_runners: 'write',
} as const;

/** GitHub's own times, except where a test would have to wait for them. */
const TIMING: Timing = { pollMs: 50_000, leaseMs: 6_000, offlineAfterMs: 0, lostJobAfterMs: 0 };
const DAY_MS = 86_400_000;
const HOUR_SECONDS = 3600;

export interface Seeded {
  readonly state: State;
  readonly token: string;
  /** PEM. Generated at the first call. */
  readonly appPrivateKey: () => string;
}

/** Whether a runner may take a repository's jobs. Only the group of an organization's or enterprise's runner limits it. */
function mayRunnerServe(
  { scope, groupId }: RunnerRecord,
  name: string,
  known: Pick<State, 'groups' | 'repositories'>,
): boolean {
  const group = known.groups.find(({ id }) => id === groupId);
  const repository = known.repositories.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return scope.startsWith('repos/') || !group || !repository || mayUse(group, repository);
}

/** A GitHub with its organization, repositories, run, tokens and App. */
export function seed(options: GitHubOptions): Seeded {
  const emit = (event: Omit<GitHubEvent, 'at'>) => options.emit?.({ ...event, at: Date.now() });
  const token = options.token ?? `ghp_${randomBytes(18).toString('hex')}`;
  const registry = new RunnerRegistry(emit);
  const board = new JobBoard(emit);
  const versions = new Map(Object.entries(options.versions ?? defaultVersions()));
  const repositories = options.repositories ?? REPOSITORIES;
  const groups = options.groups ?? GROUPS;
  const switchboard = new Switchboard({
    registry,
    board,
    timing: { ...TIMING, ...options.timing },
    emit,
    checkVersion: (version) => checkVersion(versions, version),
    mayUse: (runner, name) => mayRunnerServe(runner, name, { groups, repositories }),
  });
  const app = lazily(() => makeApp(options, repositories));
  const state: State = {
    registry,
    board,
    switchboard,
    tokens: new TokenStore([{ token, kind: 'classic', permissions: 'all' }, ...(options.tokens ?? [])]),
    app: () => app().app,
    createdApps: new Map(),
    manifests: new Map(),
    settings: new SettingsStore(),
    discussions: new DiscussionStore(),
    repositories,
    runs: new Map([[RUN_ID, firstRun(repositories, options.calls)]]),
    groups,
    files: new Map(Object.entries(options.files ?? {})),
    refs: new Map([['main', HEAD_SHA]]),
    otherReleases: new Map(),
    registrationTokens: new Map(),
    runnerVersion: versions.keys().next().value ?? RUNNER_VERSION,
    versions,
    servesDeprecations: options.servesDeprecations ?? true,
    ...firstLimits(options),
  };
  return { state, token, appPrivateKey: () => app().privateKey };
}

function firstLimits({ secondaryLimits }: GitHubOptions): Pick<State, 'rateLimit' | 'secondaryLimit'> {
  return {
    rateLimit: { limit: 5000, remaining: 5000, resetAt: Math.floor(Date.now() / 1000) + HOUR_SECONDS },
    secondaryLimit: secondaryLimits && new SecondaryLimit(secondaryLimits),
  };
}

function firstRun(repositories: readonly Repository[], calls: readonly string[] = []): Run {
  const repository = repositories[0]?.name ?? '';
  const commit = { headSha: HEAD_SHA, headBranch: 'main', createdAt: Date.now() };
  return { id: RUN_ID, repository, attempt: 1, status: 'in_progress', conclusion: null, calls, ...commit };
}

/** The newest version, one whose support ends in 5 days, one that can no longer run jobs, one that cannot register. */
function defaultVersions(): Record<string, Deprecation> {
  const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
  return {
    [RUNNER_VERSION]: {},
    '2.335.0': { registration: day(60), runtime: day(5) },
    '2.334.0': { registration: day(30), runtime: day(-10) },
    '2.328.0': { registration: day(-200), runtime: day(-200) },
  };
}

/** @throws GitHubError 403 for a version that can no longer run jobs */
function checkVersion(versions: ReadonlyMap<string, Deprecation>, version: string): void {
  const ends = versions.get(version)?.runtime;
  if (!ends || Date.parse(ends) > Date.now()) return;
  throw new GitHubError(403, `Runner version v${version} is deprecated and cannot receive messages.`);
}

function makeApp(options: GitHubOptions, repositories: readonly Repository[]): { app: App; privateKey: string } {
  if (options.app) return { app: new App(options.app), privateKey: options.app.privateKey ?? '' };
  const { publicKey, privateKey } = newKeyPair();
  const account = repositories[0]?.name.split('/')[0] ?? '';
  const installations = [{ id: 4242, account, permissions: APP_PERMISSIONS }];
  return { app: new App({ id: 1234, clientId: 'Iv1.8a61f9b3a7aba766', publicKey, installations }), privateKey };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
