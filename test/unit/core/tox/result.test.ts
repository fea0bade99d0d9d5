import { describe, expect, test } from '@jest/globals';
import { parseToxResult } from '../../../../src/core/tox/result.js';

const command = (more: object) => ({ command: ['pytest'], output: 'out', err: 'err', retcode: 0, ...more });

describe('The result of tox', () => {
  test('of version 4 has the environments that ran, without those not requested and without packages', () => {
    const { environments } = parseToxResult(
      JSON.stringify({
        toxversion: '4.67.15',
        testenvs: {
          a: {
            result: { success: true, skipped: false },
            test: [
              command({ run_id: 'commands_pre[0]' }),
              command({ run_id: 'commands[0]', retcode: 1 }),
              command({ run_id: 'commands[0]' }),
              command({ run_id: 'commands_post[0]' }),
            ],
          },
          b: {},
          '.pkg': { setup: [], test: [command({ run_id: 'build[0]' })] },
          gone: { result: { success: true, skipped: true } },
        },
      }),
    );
    expect(environments).toEqual([
      { name: 'a', skipped: false, success: true, commands: [{ argv: ['pytest'], output: 'out\nerr', code: 0 }] },
      { name: 'gone', skipped: true, success: true, commands: [] },
    ]);
  });

  test('of version 3 has only commands', () => {
    const testenvs = { a: { setup: [], test: [{ command: ['pytest'], output: '', retcode: -9 }] } };
    expect(parseToxResult(JSON.stringify({ toxversion: '3.28.0', testenvs }))).toMatchObject({
      major: 3,
      environments: [{ name: 'a', success: undefined, commands: [{ code: -9 }] }],
    });
  });
});
