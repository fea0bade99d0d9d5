import { expect, test } from '@jest/globals';
import { nameModule, renderModules, sumUp } from './module-sizes.js';

test.each([
  ['../../node_modules/@aws-sdk/client-ec2/dist-es/commands.js', '@aws-sdk/client-ec2'],
  ['../node_modules/yaml/browser/dist/index.js', 'yaml'],
  ['/some/where/node_modules/a/node_modules/b/index.js', 'b'],
  ['../../src/core/start/start.ts', 'src/core/start/start.ts'],
  ['actions/index.ts', 'actions/index.ts'],
])('%s belongs to %s', (source, name) => {
  expect(nameModule(source)).toBe(name);
});

test('the files of a module are added up, and the largest module comes first', () => {
  const files = [
    { name: 'yaml', bytes: 100 },
    { name: '@smithy/core', bytes: 200 },
    { name: 'yaml', bytes: 700 },
  ];
  expect(renderModules(sumUp(files), 1)).toBe(
    'The largest of 2 modules, before minification:\n     0.8 kB  80.0 %  yaml',
  );
});
