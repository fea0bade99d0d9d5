import type { PullRequests } from '../../src/core/ports/pull-requests.js';
import { FakePullRequests } from '../worlds/fake-pull-requests.js';
import { describePullRequests } from './pull-requests.suite.js';

const FILE = { path: '.github/plan.yml', ref: 'a'.repeat(40), text: 'größer: {}\n' };
const NEEDS: Record<string, readonly (keyof PullRequests)[]> = {
  'pull requests': ['createComment', 'updateComment', 'react'],
  statuses: ['setStatus'],
};

describePullRequests('fake', () => {
  const fake = new FakePullRequests();
  fake.files.set(`${FILE.path}@${FILE.ref}`, FILE.text);
  return {
    pullRequests: fake,
    file: FILE,
    addPull: ({ fork, ...pull } = {}) => {
      const { headRepository: _none, ...headless } = fake.addPull({ ...pull, ...(fork && { headRepository: fork }) });
      if (fork === null) fake.pulls.set(headless.number, headless);
      return headless;
    },
    addIssue: () => fake.addIssue(),
    addComment: ({ author, ...comment }) => {
      const { author: _none, ...anonymous } = fake.addComment({ ...comment, ...(author && { author }) });
      if (author === null) fake.comments.set(anonymous.id, anonymous);
      return anonymous.id;
    },
    deleteComment: (id) => void fake.comments.delete(id),
    setMember: (login, permission) => void fake.permissions.set(login, permission),
    commentsOn: (number) => fake.bodiesOf(number),
    reactionsTo: (id) => fake.reactions.filter(({ commentId }) => commentId === id).map(({ reaction }) => reaction),
    statusesOf: (sha) => fake.statuses.filter((one) => one.sha === sha).map(({ sha: _sha, ...status }) => status),
    // It has no connection that could lose an answer.
    loseNextComment: () => undefined,
    without: async (permission) => {
      for (const method of NEEDS[permission]!) fake.refuse(method);
      return fake;
    },
    close: () => undefined,
  };
});
