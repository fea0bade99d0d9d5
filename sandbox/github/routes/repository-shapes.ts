import { createHash } from 'node:crypto';
import type { Repository } from '../world/records.js';

/** GitHub's objects as its REST API shows them, with every property that its OpenAPI document requires. */

/** The creation date of everything that no test created. */
export const EPOCH = '2026-01-01T00:00:00Z';

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

export function renderAccount(login: string, baseUrl: string) {
  const url = `${baseUrl}/users/${login}`;
  const listings = ['followers', 'subscriptions', 'orgs', 'repos', 'received_events'];
  const named: Record<string, string> = { orgs: 'organizations_url' };
  return {
    login,
    id: 583231,
    node_id: nodeId('User', login),
    avatar_url: `${baseUrl}/avatars/${login}`,
    gravatar_id: '',
    url,
    html_url: `${baseUrl}/${login}`,
    ...Object.fromEntries(listings.map((name) => [named[name] ?? `${name}_url`, `${url}/${name}`])),
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    events_url: `${url}/events{/privacy}`,
    type: 'Organization',
    site_admin: false,
  };
}

const PLAIN_URLS =
  'contributors deployments downloads events forks hooks languages merges stargazers subscribers subscription tags teams';
const TEMPLATE_URLS = {
  archive: '{archive_format}{/ref}',
  assignees: 'assignees{/user}',
  blobs: 'git/blobs{/sha}',
  branches: 'branches{/branch}',
  collaborators: 'collaborators{/collaborator}',
  comments: 'comments{/number}',
  commits: 'commits{/sha}',
  compare: 'compare/{base}...{head}',
  contents: 'contents/{+path}',
  git_commits: 'git/commits{/sha}',
  git_refs: 'git/refs{/sha}',
  git_tags: 'git/tags{/sha}',
  issue_comment: 'issues/comments{/number}',
  issue_events: 'issues/events{/number}',
  issues: 'issues{/number}',
  keys: 'keys{/key_id}',
  labels: 'labels{/name}',
  milestones: 'milestones{/number}',
  notifications: 'notifications{?since,all,participating}',
  pulls: 'pulls{/number}',
  releases: 'releases{/id}',
  statuses: 'statuses/{sha}',
  trees: 'git/trees{/sha}',
};

/** The properties that every rendering of a repository has. */
export function renderMinimalRepository(repository: Repository, baseUrl: string) {
  const [owner = '', name = ''] = repository.name.split('/');
  const url = `${baseUrl}/repos/${repository.name}`;
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name,
    full_name: repository.name,
    private: repository.private,
    owner: renderAccount(owner, baseUrl),
    html_url: `${baseUrl}/${repository.name}`,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(PLAIN_URLS.split(' ').map((part) => [`${part}_url`, `${url}/${part}`])),
    ...Object.fromEntries(
      Object.entries(TEMPLATE_URLS).map(([part, template]) => [`${part}_url`, `${url}/${template}`]),
    ),
  };
}

export function renderRepository(repository: Repository, baseUrl: string) {
  const html = `${baseUrl}/${repository.name}`;
  const counts = ['forks', 'forks_count', 'open_issues', 'open_issues_count', 'stargazers_count', 'watchers'];
  const zeros = [...counts, 'watchers_count', 'size', 'network_count', 'subscribers_count'].map((name) => [name, 0]);
  const features = ['issues', 'projects', 'wiki', 'pages', 'discussions', 'downloads'].map((name) => [
    `has_${name}`,
    false,
  ]);
  return {
    ...renderMinimalRepository(repository, baseUrl),
    ...Object.fromEntries([...zeros, ...features]),
    clone_url: `${html}.git`,
    git_url: `${html}.git`,
    ssh_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    archived: false,
    disabled: false,
    visibility: repository.private ? 'private' : 'public',
    default_branch: repository.defaultBranch,
    permissions: { admin: repository.admin ?? true, maintain: true, push: true, triage: true, pull: true },
    created_at: EPOCH,
    updated_at: EPOCH,
    pushed_at: EPOCH,
  };
}

export function renderCommit(sha: string, repository: Repository, baseUrl: string) {
  const url = `${baseUrl}/repos/${repository.name}/commits/${sha}`;
  const person = { name: 'Mona', email: 'mona@example.com', date: EPOCH };
  const tree = { sha, url: `${baseUrl}/repos/${repository.name}/git/trees/${sha}` };
  const verification = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
  return {
    sha,
    node_id: nodeId('Commit', sha),
    url,
    html_url: `${baseUrl}/${repository.name}/commit/${sha}`,
    comments_url: `${url}/comments`,
    commit: { url, author: person, committer: person, message: 'A commit', tree, comment_count: 0, verification },
    author: null,
    committer: null,
    parents: [],
    stats: { additions: 0, deletions: 0, total: 0 },
    files: [],
  };
}

export function renderFile(file: { path: string; text: string; ref: string }, repository: Repository, baseUrl: string) {
  const bytes = Buffer.from(file.text);
  const sha = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const url = `${baseUrl}/repos/${repository.name}/contents/${file.path}?ref=${file.ref}`;
  const git = `${baseUrl}/repos/${repository.name}/git/blobs/${sha}`;
  const html = `${baseUrl}/${repository.name}/blob/${file.ref}/${file.path}`;
  return {
    type: 'file',
    encoding: 'base64',
    size: bytes.length,
    name: file.path.split('/').at(-1),
    path: file.path,
    content: bytes.toString('base64').replace(/.{60}/g, '$&\n'),
    sha,
    url,
    git_url: git,
    html_url: html,
    download_url: `${baseUrl}/${repository.name}/raw/${file.ref}/${file.path}`,
    _links: { self: url, git, html },
  };
}
