import { tableLines } from '../../src/core/kernel/markdown.js';
import { LONGEST_FUNCTION, type Measures } from './measure.js';

/** The measures as Markdown. @param options.paths whether the places are listed by their files */
export function renderMeasures(measures: Measures, options: { readonly paths: boolean }): string {
  const { rooms, core, circles, roomCircles, functions, longFunctions, places } = measures;
  const inCore = rooms.filter(({ name }) => name.startsWith('src/core/'));
  return [
    `Rooms of src/core: ${core.rooms}, on ${core.floors} floors. Its files: ${inCore.reduce((sum, { files }) => sum + files, 0)}, on ${core.fileFloors} floors.`,
    `Circles of files: ${circles.length}. Circles of rooms: ${roomCircles.length}.`,
    ...[...circles, ...roomCircles].map((circle) => `- ${circle.join(', ')}`),
    `Functions: ${functions}, of which ${longFunctions.length} have more than ${LONGEST_FUNCTION} lines.`,
    ...longFunctions.map(({ file, name, lines }) => `- ${file}: ${name}, ${lines} lines`),
    '',
    ...tableLines(
      ['Room', 'Files', 'Lines', 'Longest file'],
      rooms.map(({ name, files, lines, longestFile }) => [name, `${files}`, `${lines}`, `${longestFile}`]),
    ),
    '',
    ...tableLines(
      ['To add', 'Example', 'Files', 'Lines'],
      places.map(({ exemplar, paths, lines }) => [exemplar.kind, exemplar.name, `${paths.length}`, `${lines}`]),
    ),
    ...(options.paths
      ? places.flatMap(({ exemplar, paths }) => ['', `${exemplar.name}:`, ...paths.map((path) => `- ${path}`)])
      : []),
    '',
  ].join('\n');
}
