import { expect } from '@jest/globals';
import { PERMISSIONS } from '../../src/core/ports/pull-requests.js';
import type { PullRequestsCase } from './pull-requests.world.js';

const PUSHED_AT = Date.UTC(2026, 10, 27, 12, 0, 5);
const HALF_A_YEAR_MS = 15_768_000_000;

export const PULL_REQUEST_READS: Readonly<Record<string, PullRequestsCase>> = {
  'a comment has its text as it was written, its author, its time and its pull request': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      const body = '/test größer 🎉\r\n  /var a: b\n';
      const id = world.addComment({ number, body, author: 'mona' });
      const comment = await pullRequests.readComment(id);
      expect(comment).toEqual({
        id,
        body,
        author: 'mona',
        number,
        isOnPullRequest: true,
        createdAt: expect.any(Number),
      });
      expect(Math.abs(comment!.createdAt - Date.now())).toBeLessThan(HALF_A_YEAR_MS * 4);
    },
  },

  'a comment on an issue is not on a pull request': {
    run: async ({ pullRequests, ...world }) => {
      const number = world.addIssue();
      const id = world.addComment({ number, body: 'Why?' });
      expect(await pullRequests.readComment(id)).toMatchObject({ number, isOnPullRequest: false });
    },
  },

  'a comment of a deleted account has no author': {
    run: async ({ pullRequests, ...world }) => {
      const id = world.addComment({ number: world.addPull().number, body: '/test', author: null });
      expect(Object.keys((await pullRequests.readComment(id))!)).not.toContain('author');
    },
  },

  'a comment that does not exist, or not any more, is undefined': {
    run: async ({ pullRequests, ...world }) => {
      const id = world.addComment({ number: world.addPull().number, body: '/test' });
      world.deleteComment(id);
      expect(await pullRequests.readComment(id)).toBeUndefined();
      expect(await pullRequests.readComment(7)).toBeUndefined();
    },
  },

  'a pull request has its head commit and its repository': {
    run: async ({ pullRequests, ...world }) => {
      const { number, headSha } = world.addPull({ body: '/var a: b', author: 'mona', pushedAt: PUSHED_AT });
      expect(await pullRequests.readPullRequest(number)).toEqual({
        number,
        state: 'open',
        headSha,
        headRepository: 'octo-org/octo-repo',
        pushedAt: PUSHED_AT,
        author: 'mona',
        body: '/var a: b',
      });
    },
  },

  'a pull request of a fork names the fork, and when it was last pushed to': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull({ fork: 'somebody/octo-repo', pushedAt: PUSHED_AT });
      const expected = { headRepository: 'somebody/octo-repo', pushedAt: PUSHED_AT };
      expect(await pullRequests.readPullRequest(number)).toMatchObject(expected);
    },
  },

  'a pull request of a deleted fork has a head commit, and no repository': {
    run: async ({ pullRequests, ...world }) => {
      const { number, headSha } = world.addPull({ fork: null });
      const pull = (await pullRequests.readPullRequest(number))!;
      expect(pull.headSha).toBe(headSha);
      expect(Object.keys(pull)).not.toContain('headRepository');
      expect(Object.keys(pull)).not.toContain('pushedAt');
    },
  },

  'a closed pull request is closed, and one without a description has an empty one': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull({ state: 'closed', body: '' });
      expect(await pullRequests.readPullRequest(number)).toMatchObject({ state: 'closed', body: '' });
    },
  },

  'a pull request that does not exist is undefined, and an issue is none': {
    run: async ({ pullRequests, ...world }) => {
      const issue = world.addIssue();
      expect(await pullRequests.readPullRequest(issue)).toBeUndefined();
      expect(await pullRequests.readPullRequest(999)).toBeUndefined();
    },
  },

  'every permission of a user is read, in any letter case of the login': {
    run: async ({ pullRequests, ...world }) => {
      for (const permission of PERMISSIONS) {
        if (permission === 'none') continue;
        world.setMember(`user-${permission}`, permission);
        expect([permission, await pullRequests.readPermission(`User-${permission}`)]).toEqual([permission, permission]);
      }
    },
  },

  'a user without a role, and a login that nobody has, have no permission': {
    run: async ({ pullRequests, ...world }) => {
      world.addPull({ author: 'stranger' });
      expect(await pullRequests.readPermission('stranger')).toBe('none');
      expect(await pullRequests.readPermission('no-such-login')).toBe('none');
    },
  },

  'a file is read at a commit, and is undefined if the commit has none': {
    run: async ({ pullRequests, file: { path, ref, text } }) => {
      expect(await pullRequests.readFile(path, ref)).toBe(text);
      expect(await pullRequests.readFile(`${path}.bak`, ref)).toBeUndefined();
      if (path.includes('/'))
        expect(await pullRequests.readFile(path.slice(0, path.indexOf('/')), ref)).toBeUndefined();
    },
  },
};
