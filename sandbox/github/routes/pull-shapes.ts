import type { Pull } from '../world/settings.js';
import { associationOf, renderUser, renderTime, type Place } from './discussion-shapes.js';
import { EPOCH, nodeId, renderRepository } from './repository-shapes.js';

/** A pull request in a listing. */
export function renderPull(pull: Pull, place: Place) {
  const { repository, baseUrl } = place;
  const [owner = ''] = repository.name.split('/');
  const author = pull.author === undefined ? owner : pull.author;
  return {
    ...renderLinks(baseUrl, repository.name, pull.number),
    id: 1000 + pull.number,
    node_id: nodeId('PullRequest', pull.number),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    // GitHub shows the account `ghost` in place of a deleted one.
    user: renderUser(author ?? 'ghost', baseUrl),
    body: pull.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: EPOCH,
    updated_at: EPOCH,
    closed_at: pull.state === 'closed' ? EPOCH : null,
    merged_at: null,
    merge_commit_sha: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: renderHead(pull, place),
    base: renderBase(pull.base, place),
    author_association: associationOf(place, author),
    auto_merge: null,
    draft: false,
  };
}

/** A pull request on its own. */
export function renderWholePull(pull: Pull, place: Place) {
  const counts = ['review_comments', 'commits', 'additions', 'deletions'].map((name) => [name, 0]);
  const { comments } = place.state.discussions;
  const own = comments.filter((one) => one.repository === pull.repository && one.number === pull.number);
  return {
    ...renderPull(pull, place),
    ...Object.fromEntries(counts),
    comments: own.length,
    changed_files: 1,
    maintainer_can_modify: false,
    mergeable: true,
    mergeable_state: 'clean',
    merged: false,
    merged_by: null,
  };
}

function renderHead(pull: Pull, place: Place) {
  const { state, repository, baseUrl } = place;
  const { headRepository = repository.name, headSha, pushedAt } = pull;
  const sha = headSha ?? state.refs.get(pull.head) ?? '';
  const [owner = ''] = (headRepository ?? repository.name).split('/');
  const isFork = headRepository !== repository.name;
  const shown =
    headRepository === null
      ? null
      : {
          ...renderRepository(
            { ...repository, ...(isFork && { id: 900_000 + pull.number }), name: headRepository },
            baseUrl,
          ),
          fork: isFork,
          ...(pushedAt !== undefined && { pushed_at: renderTime(pushedAt) }),
        };
  return { label: `${owner}:${pull.head}`, ref: pull.head, sha, user: renderUser(owner, baseUrl), repo: shown };
}

function renderBase(ref: string, { state, repository, baseUrl }: Place) {
  const [owner = ''] = repository.name.split('/');
  const repo = renderRepository(repository, baseUrl);
  const sha = state.refs.get(ref) ?? '';
  return { label: `${owner}:${ref}`, ref, sha, user: renderUser(owner, baseUrl), repo };
}

function renderLinks(baseUrl: string, name: string, number: number) {
  const url = `${baseUrl}/repos/${name}/pulls/${number}`;
  const html = `${baseUrl}/${name}/pull/${number}`;
  const links = ['self', 'html', 'issue', 'comments', 'review_comments', 'review_comment', 'commits', 'statuses'];
  const issue = url.replace('/pulls/', '/issues/');
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url}/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${url}/statuses`,
    _links: Object.fromEntries(links.map((name) => [name, { href: url }])),
  };
}
