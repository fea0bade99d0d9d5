import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const template = readFileSync(fileURLToPath(new URL('../../../ami/runner.pkr.hcl', import.meta.url)), 'utf8');

test('Packer waits for hours until EC2 has made an image', () => {
  const [, block = ''] = /^  aws_polling \{\n([^}]*)^  \}$/m.exec(template) ?? [];
  const read = (name: string) => Number(new RegExp(`^ *${name} += (\\d+)$`, 'm').exec(block)?.[1]);
  expect(read('delay_seconds')).toBeLessThanOrEqual(30);
  expect(read('delay_seconds') * read('max_attempts')).toBeGreaterThanOrEqual(3 * 3600);
});
