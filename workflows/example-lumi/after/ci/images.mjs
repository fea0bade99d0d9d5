import { readFileSync } from 'node:fs';

const LINE = /^- \{ name: ([a-z0-9][a-z0-9.-]*)(?:, base: ([a-z0-9][a-z0-9.-]*))? \}$/;

/**
 * Reads images.yml, which is beside this file.
 *
 * @returns {{ name: string, base: string | undefined, id: string }[]} `id` is the part of the names of an image's jobs
 * @throws {Error} that lists every problem of the file, each with its line
 */
export function readImages() {
  const text = readFileSync(new URL('images.yml', import.meta.url), 'utf8');
  const problems = [];
  const images = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, base] = LINE.exec(line) ?? [];
    if (name === undefined) {
      problems.push(`line ${index + 1} is "${line}"; allowed: - { name: NAME } or - { name: NAME, base: NAME },`);
      problems.push('  with names of lower-case letters, digits, dots and hyphens.');
      continue;
    }
    // A job's name may have no dots, and `needs.a-b` looks like a subtraction.
    const image = { name, base, id: name.replaceAll(/[.-]/g, '_') };
    const same = images.find(({ id }) => id === image.id);
    if (same) problems.push(`line ${index + 1}: ${name} and ${same.name} would have jobs of one name.`);
    if (base !== undefined && !images.some((other) => other.name === base))
      problems.push(`line ${index + 1}: the base ${base} of ${name} is not on a line above.`);
    images.push(image);
  }
  if (images.length === 0) problems.push('there is no image.');
  if (problems.length > 0) throw new Error(`images.yml:\n${problems.join('\n')}`);
  return images;
}
