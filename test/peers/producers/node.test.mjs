import assert from 'node:assert';
import test, { describe, it } from 'node:test';

test('ok', () => {});
test('bad', () => assert.equal(1, 2));
test('left', { skip: 'why' }, () => {});
test('later', { todo: true }, () => {
  throw new Error('not yet');
});
describe('suite', () => {
  it('inner', () => {});
  it('inner bad', () => {
    throw new Error('\u001b[31mred');
  });
});
