import { measureFunctions, type LongFunction } from './functions.js';
import { countFloors, findCircles, linkFiles, mergeNodes, type Sources } from './graph.js';
import { EXEMPLARS, findPlaces, type Places } from './places.js';

/** A function of this project aims at no more lines. */
export const LONGEST_FUNCTION = 40;

/** A part of the house: a room of the core, or a whole folder beside it. */
export interface Room {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  readonly longestFile: number;
}

export interface Measures {
  readonly rooms: readonly Room[];
  /** Rooms and floors of the core alone; a file outside of any room counts as one. */
  readonly core: { readonly rooms: number; readonly floors: number; readonly fileFloors: number };
  /** Circles of files in the whole repository, and of rooms in the core. */
  readonly circles: readonly (readonly string[])[];
  readonly roomCircles: readonly (readonly string[])[];
  readonly functions: number;
  readonly longFunctions: readonly (LongFunction & { readonly file: string })[];
  readonly places: readonly Places[];
}

/** Sources that a person wrote, without tests: of TypeScript the structure is measured, of the others the places. */
export function isMeasured(path: string): boolean {
  if (!/\.(ts|mjs|sh|yml|hcl|json)$/.test(path) || path.endsWith('.test.ts')) return false;
  if (/^(dist|test|docs|\.github|tools\/bench\/results|bench)\//.test(path)) return false;
  return !/(^|\/)(package-lock|package|tsconfig|github-openapi)\.json$|^iam\/.*\.(json|yml)$|^workflows\/starter\/other-owner\/|(^|\/)action\.yml$/.test(
    path,
  );
}

/** The part of the house that a file lies in: `src/core/start`, `src/ec2`, `sandbox`. */
export function roomOf(path: string): string {
  const [, core] = /^src\/core\/([^/]+)/.exec(path) ?? [];
  if (core !== undefined) return `src/core/${core}`;
  const [, adapter] = /^(src\/[^/]+)\//.exec(path) ?? [];
  return adapter ?? path.split('/')[0]!;
}

export function measure(sources: Sources): Measures {
  const code = Object.fromEntries(Object.entries(sources).filter(([path]) => path.endsWith('.ts')));
  // The laboratory and the sandbox name things only to measure or to imitate them.
  const product = Object.fromEntries(
    Object.entries(sources).filter(([path]) => !/^(tools|sandbox|scripts\/(bench|simulate|trace))\//.test(path)),
  );
  const graph = linkFiles(code);
  const core = linkFiles(Object.fromEntries(Object.entries(code).filter(([path]) => path.startsWith('src/core/'))));
  const rooms = mergeNodes(core, roomOf);
  const functions = Object.entries(code).map(([file, text]) => ({ file, ...measureFunctions(text, LONGEST_FUNCTION) }));
  return {
    rooms: listRooms(code),
    core: { rooms: rooms.size, floors: countFloors(rooms), fileFloors: countFloors(core) },
    circles: findCircles(graph),
    roomCircles: findCircles(rooms),
    functions: functions.reduce((sum, { count }) => sum + count, 0),
    longFunctions: functions.flatMap(({ file, long }) => long.map((one) => ({ file, ...one }))),
    places: EXEMPLARS.map((exemplar) => findPlaces(exemplar, product)),
  };
}

function listRooms(sources: Sources): Room[] {
  const rooms = new Map<string, Room>();
  for (const [path, text] of Object.entries(sources)) {
    const name = roomOf(path);
    const lines = text.split('\n').length - 1;
    const { files, lines: before, longestFile } = rooms.get(name) ?? { files: 0, lines: 0, longestFile: 0 };
    const longest = Math.max(longestFile, lines);
    rooms.set(name, { name, files: files + 1, lines: before + lines, longestFile: longest });
  }
  return [...rooms.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}
