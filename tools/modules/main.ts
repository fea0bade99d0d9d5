/** `npm run lab -- modules`: the largest modules of the bundles. */
import { readOrExit } from '../../src/terminal/command-line.js';
import { value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { renderModules } from '../bench/module-sizes.js';
import { listModules } from '../bench/modules.js';

const { values } = readOrExit({
  command: 'npm run lab -- modules',
  description: 'Lists the largest modules of the bundles with their sizes before minification.',
  options: { count: withDefault(value('How many.', wholeNumber(1, 10_000)), 15) },
});
console.log(renderModules(await listModules(), values.count));
