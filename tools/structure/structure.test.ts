import { describe, expect, test } from '@jest/globals';
import { measureFunctions } from './functions.js';
import { countFloors, findCircles, linkFiles, listImports, mergeNodes } from './graph.js';
import { isMeasured, measure, roomOf } from './measure.js';
import { findPlaces } from './places.js';
import { renderMeasures } from './render.js';

const sources = {
  'src/core/low/a.ts': 'export const a = 1;\n',
  'src/core/low/b.ts': "import { a } from './a.js';\nexport const b = a;\n",
  'src/core/high/c.ts': "import type { b } from '../low/b.js';\nexport type { d } from './d.js';\n",
  'src/core/high/d.ts': "const c = await import('./c.js');\n",
};

describe('the graph of imports', () => {
  test('has imports, exports, types and dynamic imports, but none from a comment', () => {
    const text = `import a from 'a'; export * from "./b.js"; import type { C } from './c.js';
      const d = await import('./d.js'); // import './e.js'
      /* import './f.js' */`;
    expect(listImports(text)).toEqual(['a', './b.js', './c.js', './d.js']);
  });

  test('links files of the tree only', () => {
    const graph = linkFiles({
      'x/a.ts': "import { b } from '../b.js'; import 'node:fs'; import './gone.js';",
      'b.ts': '',
    });
    expect([...graph.get('x/a.ts')!]).toEqual(['b.ts']);
  });

  test('finds each circle once', () => {
    expect(findCircles(linkFiles(sources))).toEqual([['src/core/high/c.ts', 'src/core/high/d.ts']]);
    expect(findCircles(mergeNodes(linkFiles(sources), roomOf))).toEqual([]);
  });

  test('has as many floors as its longest chain; a circle is one of them', () => {
    expect(countFloors(linkFiles(sources))).toBe(3);
    expect(countFloors(mergeNodes(linkFiles(sources), roomOf))).toBe(2);
    expect(countFloors(new Map())).toBe(0);
  });
});

describe('functions', () => {
  const long = ['  work() {', ...Array.from({ length: 4 }, (_, at) => `    const a${at} = ${at};`), '  }'].join('\n');

  test('longer than the limit are listed by name, and methods count', () => {
    const text = `class A {\n${long}\n}\nconst short = () => 1;\nfunction one() { return 2; }\n`;
    expect(measureFunctions(text, 5)).toEqual({ count: 3, long: [{ name: 'work', lines: 6 }] });
  });

  test('without a name have the name of what they are written in', () => {
    const text = 'const outer = [1].map(() => {\n  return 1;\n});\n';
    expect(measureFunctions(text, 2).long).toEqual([{ name: 'outer', lines: 3 }]);
  });
});

describe('the measures', () => {
  test('leave out tests, printed files and documents', () => {
    const paths = [
      'src/core/a.ts',
      'src/a.test.ts',
      'dist/a.js',
      'docs/glossary.md',
      'start-runner/action.yml',
      'ami/a.sh',
    ];
    expect(paths.filter(isMeasured)).toEqual(['src/core/a.ts', 'ami/a.sh']);
  });

  test('count files, lines, rooms and floors', () => {
    const { rooms, core, circles } = measure(sources);
    expect(rooms).toEqual([
      { name: 'src/core/high', files: 2, lines: 3, longestFile: 2 },
      { name: 'src/core/low', files: 2, lines: 3, longestFile: 2 },
    ]);
    expect(core).toEqual({ rooms: 2, floors: 2, fileFloors: 3 });
    expect(circles).toHaveLength(1);
  });

  test('name the places of an example', () => {
    const exemplar = { kind: 'a call', name: 'a', words: /\ba\b/ };
    expect(findPlaces(exemplar, sources)).toEqual({
      exemplar,
      lines: 3,
      paths: ['src/core/low/a.ts', 'src/core/low/b.ts'],
    });
  });

  test('are rendered with every circle and, when asked, every path', () => {
    const text = renderMeasures(measure({ ...sources, 'actions/x.ts': "const k = 'idle-timeout-minutes';\n" }), {
      paths: true,
    });
    expect(text).toContain('Rooms of src/core: 2, on 2 floors. Its files: 4, on 3 floors.');
    expect(text).toContain('- src/core/high/c.ts, src/core/high/d.ts');
    expect(text).toContain('| an input | idle-timeout-minutes | 1 | 1 |');
    expect(text).toContain('idle-timeout-minutes:\n- actions/x.ts');
  });
});
