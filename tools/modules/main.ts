/** `npm run modules`: what the bundles are made of, the largest first. */
import { renderModules } from '../bench/module-sizes.js';
import { listModules } from '../bench/modules.js';

console.log(renderModules(await listModules(), Number(process.argv[2] ?? 15)));
