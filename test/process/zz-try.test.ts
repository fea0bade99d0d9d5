import { test } from '@jest/globals';
import { Scene } from './suite.js';
test('t', async () => {
  const s = await Scene.open({ machines: false});
  const r = await s.start({ 'ec2-volume-size': '20' }, { onLine: (l) => console.log(l) });
  console.log(r);
  console.log(s.sandbox.requests.map(r => [r.operation, r.status]));
  await s.close();
});
