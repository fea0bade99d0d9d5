import { expect } from '@jest/globals';
import type { CommitStatus } from '../../src/core/ports/pull-requests.js';
import type { PullRequestsCase } from './pull-requests.world.js';

const STATUS: CommitStatus = {
  state: 'pending',
  context: '/test unit',
  description: 'Tests began',
  url: 'https://github.com/octo-org/octo-repo/actions/runs/7',
};
const FORBIDDEN = { name: 'Failure', code: 'github-forbidden' };

export const PULL_REQUEST_WRITES: Readonly<Record<string, PullRequestsCase>> = {
  'a comment that was created is read again by its id': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      const id = await pullRequests.createComment(number, 'Understood. <!-- m1 -->', '<!-- m1 -->');
      const expected = { id, number, body: 'Understood. <!-- m1 -->', isOnPullRequest: true };
      expect(await pullRequests.readComment(id)).toMatchObject(expected);
      expect(world.commentsOn(number)).toEqual(['Understood. <!-- m1 -->']);
    },
  },

  'equal comments with other markers are two comments': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      const ids = [
        await pullRequests.createComment(number, 'a m1', 'm1'),
        await pullRequests.createComment(number, 'a m2', 'm2'),
      ];
      expect(new Set(ids).size).toBe(2);
    },
  },

  'a comment that is lost on its way to GitHub is created once': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      world.loseNextComment('before');
      const id = await pullRequests.createComment(number, 'a m1', 'm1');
      expect(world.commentsOn(number)).toEqual(['a m1']);
      expect(await pullRequests.readComment(id)).toMatchObject({ body: 'a m1' });
    },
  },

  'a comment whose answer is lost is not created a second time': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      world.addComment({ number, body: 'an older comment, with m0' });
      world.loseNextComment('after');
      const id = await pullRequests.createComment(number, 'a m1', 'm1');
      expect(world.commentsOn(number)).toEqual(['an older comment, with m0', 'a m1']);
      expect(await pullRequests.readComment(id)).toMatchObject({ body: 'a m1' });
    },
  },

  'a comment of a bot is found by the marker that it begins with, and no comment of a person': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      expect(await pullRequests.findComment(number, '<!-- m1 -->')).toBeUndefined();
      world.addComment({ number, body: '<!-- m1 --> written by a person', author: 'stranger' });
      for (let count = 0; count < 120; count++) world.addComment({ number, body: `talk ${count}` });
      await pullRequests.createComment(number, 'quotes <!-- m1 -->', 'quotes <!-- m1 -->');
      expect(await pullRequests.findComment(number, '<!-- m1 -->')).toBeUndefined();
      const id = await pullRequests.createComment(number, '<!-- m1 --> Judged.', '<!-- m1 --> Judged.');
      expect(await pullRequests.findComment(number, '<!-- m1 -->')).toBe(id);
      expect(await pullRequests.findComment(number, '<!-- m2 -->')).toBeUndefined();
    },
  },

  'a comment of the greatest length is created, and a longer one is refused': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      await pullRequests.createComment(number, `m1${'ä'.repeat(65_534)}`, 'm1');
      const refused = pullRequests.createComment(number, `m2${'ä'.repeat(65_535)}`, 'm2');
      await expect(refused).rejects.toMatchObject({ name: 'Failure', code: 'github-rejected' });
      expect(world.commentsOn(number)).toHaveLength(1);
    },
  },

  'a comment on a pull request that does not exist is a failure': {
    run: async ({ pullRequests }) => {
      const refused = pullRequests.createComment(999, 'a m1', 'm1');
      await expect(refused).rejects.toMatchObject({ name: 'Failure', code: 'github-not-found' });
    },
  },

  'a comment is updated, and absent once it was deleted': {
    run: async ({ pullRequests, ...world }) => {
      const { number } = world.addPull();
      const id = await pullRequests.createComment(number, 'running m1', 'm1');
      expect(await pullRequests.updateComment(id, 'done m1')).toBe('updated');
      expect(world.commentsOn(number)).toEqual(['done m1']);
      world.deleteComment(id);
      expect(await pullRequests.updateComment(id, 'again m1')).toBe('absent');
      expect(world.commentsOn(number)).toEqual([]);
    },
  },

  'the same reaction twice is one reaction': {
    run: async ({ pullRequests, ...world }) => {
      const id = world.addComment({ number: world.addPull().number, body: '/test' });
      for (const reaction of ['eyes', 'eyes', '+1', 'confused'] as const) await pullRequests.react(id, reaction);
      expect(world.reactionsTo(id)).toEqual(['eyes', '+1', 'confused']);
    },
  },

  'a reaction to a comment that was deleted is a failure': {
    run: async ({ pullRequests, ...world }) => {
      const id = world.addComment({ number: world.addPull().number, body: '/test' });
      world.deleteComment(id);
      const refused = pullRequests.react(id, 'eyes');
      await expect(refused).rejects.toMatchObject({ name: 'Failure', code: 'github-not-found' });
    },
  },

  'the statuses of a commit are kept in their order': {
    run: async ({ pullRequests, ...world }) => {
      const { headSha } = world.addPull({ fork: 'somebody/octo-repo' });
      await pullRequests.setStatus(headSha, STATUS);
      await pullRequests.setStatus(headSha, { ...STATUS, state: 'success', description: '' });
      expect(world.statusesOf(headSha)).toEqual([STATUS, { ...STATUS, state: 'success', description: '' }]);
    },
  },

  "a status's description is cut at 140 characters, and no character in two": {
    run: async ({ pullRequests, ...world }) => {
      const { headSha } = world.addPull();
      for (const length of [140, 141]) {
        await pullRequests.setStatus(headSha, { ...STATUS, description: '🎉'.repeat(length) });
      }
      const shown = ['🎉'.repeat(140), `${'🎉'.repeat(139)}…`].map((description) => ({ ...STATUS, description }));
      expect(world.statusesOf(headSha)).toEqual(shown);
    },
  },

  'a status of something that is no commit is a failure': {
    run: async ({ pullRequests }) => {
      const refused = pullRequests.setStatus('main', STATUS);
      await expect(refused).rejects.toMatchObject({ name: 'Failure', code: 'github-rejected' });
    },
  },

  'a token that may not comment can read, and set statuses': {
    run: async (world) => {
      const { number, headSha } = world.addPull();
      const id = world.addComment({ number, body: '/test' });
      const limited = await world.without('pull requests');
      await expect(limited.createComment(number, 'a m1', 'm1')).rejects.toMatchObject(FORBIDDEN);
      await expect(limited.updateComment(id, 'b')).rejects.toMatchObject(FORBIDDEN);
      await expect(limited.react(id, 'eyes')).rejects.toMatchObject(FORBIDDEN);
      expect([world.commentsOn(number), world.reactionsTo(id)]).toEqual([['/test'], []]);
      expect(await limited.readComment(id)).toMatchObject({ body: '/test' });
      expect(await limited.readPullRequest(number)).toMatchObject({ number });
      await limited.setStatus(headSha, STATUS);
      expect(world.statusesOf(headSha)).toEqual([STATUS]);
    },
  },

  'a token that may not set statuses can comment': {
    run: async (world) => {
      const { number, headSha } = world.addPull();
      const limited = await world.without('statuses');
      await expect(limited.setStatus(headSha, STATUS)).rejects.toMatchObject(FORBIDDEN);
      const id = await limited.createComment(number, 'a m1', 'm1');
      await limited.react(id, 'eyes');
      expect([world.statusesOf(headSha), world.reactionsTo(id)]).toEqual([[], ['eyes']]);
    },
  },
};
