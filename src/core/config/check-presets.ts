import { EXTENDS, listNamed, listPresets, PRESETS, TO_APPLY } from './apply-presets.js';
import { checkKeys } from './check-keys.js';
import { endSentence, MissingNames, shorten } from './describe-missing.js';
import { type GraphNode, type GraphReport, studyExtends } from './extends-graph.js';
import type { Segment } from './key-path.js';
import { isMap, valueAt, type ValueMap } from './value.js';
import { describeExtends } from './walk-presets.js';
import { type Finding, readYaml, type YamlDocument } from './yaml-document.js';
import type { YamlLanguage } from './yaml-scalars.js';

export interface CheckReport {
  /** What makes a preset impossible to use. */
  readonly problems: readonly Finding[];
  /** What may be right, but is often a mistake. */
  readonly notices: readonly Finding[];
  /** The number of presets. */
  readonly presets: number;
}

/**
 * Checks all presets of a configuration, used or not: names and keys that do not exist, circles, and values that depend
 * on the YAML parser. A key need not be in the file, because another preset may create it; so presets are applied.
 */
export function checkPresets(text: string, language: YamlLanguage): CheckReport {
  const document = readYaml(text, language);
  const root = document.value;
  if (document.problems.length > 0) return { problems: document.problems, notices: [], presets: 0 };
  const names = isMap(root) ? listPresets(root) : [];
  if (!isMap(root) || !isMap(root[PRESETS]))
    return {
      problems: [{ line: 1, text: `it has no \`${PRESETS}:\` with a name for each preset.` }],
      notices: [],
      presets: 0,
    };
  const check = new NamesCheck(root[PRESETS], document);
  const graph = check.checkNames(names);
  const usable = names.filter((name) => graph.costs.has(name));
  const keys = checkKeys(root, document, usable);
  const doubts = document.doubts.map(({ line, text: doubt }) => ({ line, text: endSentence(doubt) }));
  const isStrict = language === 'both';
  return {
    problems: sort([...check.problems, ...keys.problems, ...(isStrict ? doubts : [])]),
    notices: sort([...check.notices, ...keys.notices, ...(isStrict ? [] : doubts)]),
    presets: names.length,
  };
}

function sort(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => a.line - b.line);
}

class NamesCheck {
  readonly problems: Finding[] = [];
  readonly notices: Finding[] = [];
  private readonly missing = new MissingNames();

  constructor(
    private readonly presets: ValueMap,
    private readonly document: YamlDocument,
  ) {}

  private refuse(path: readonly Segment[], text: string): void {
    this.problems.push({ line: this.document.lineOf(path), text: endSentence(text) });
  }

  /** Checks what the presets are and extend. */
  checkNames(names: readonly string[]): GraphReport {
    const known = new Set(names);
    const nodes = new Map<string, GraphNode>();
    for (const name of names) {
      const body = this.presets[name]!;
      if (isMap(body)) nodes.set(name, this.checkOne(name, body, known));
      else if (body === null) this.noteEmpty(name);
      else this.refuse([PRESETS, name], `preset \`${name}\` is not a map of keys`);
    }
    this.checkNamed([PRESETS, TO_APPLY], `\`${TO_APPLY}\` names`, known);
    return this.checkExtends(nodes);
  }

  /** A name without keys is a place for those that a user adds to a copy of the file. It cannot be applied before. */
  private noteEmpty(name: string): void {
    this.notices.push({
      line: this.document.lineOf([PRESETS, name]),
      text: `preset \`${name}\` has no keys, so it cannot be applied.`,
    });
  }

  private checkOne(name: string, body: ValueMap, known: ReadonlySet<string>): GraphNode {
    const extended = this.checkNamed([PRESETS, name, EXTENDS], `preset \`${name}\` extends`, known);
    return { own: Object.keys(body).length, extended: extended.filter((one) => isMap(this.presets[one])) };
  }

  /** @returns the names at a key that are presets */
  private checkNamed(path: readonly Segment[], verb: string, known: ReadonlySet<string>): string[] {
    const named = listNamed(valueAt(this.presets, path.slice(1)) ?? null);
    for (const name of named.filter((one) => !known.has(one))) {
      const hint = this.missing.suggest(name, [...known]);
      this.refuse(path, `${verb} \`${shorten(name)}\`, which is not a preset${hint}`);
    }
    for (const name of named.filter((one) => known.has(one) && this.presets[one] === null))
      this.refuse(path, `${verb} \`${shorten(name)}\`, which has no keys`);
    return named.filter((one) => known.has(one));
  }

  private checkExtends(nodes: ReadonlyMap<string, GraphNode>): GraphReport {
    const graph = studyExtends(nodes);
    const refuse = (obstacle: 'circle' | 'too-deep' | 'too-many', path: readonly string[]) =>
      this.refuse([PRESETS, path[0]!, EXTENDS], describeExtends(obstacle, path, undefined));
    for (const path of graph.circles) refuse('circle', path);
    for (const name of graph.tooDeep) refuse('too-deep', [name]);
    for (const name of graph.tooMany) refuse('too-many', [name]);
    return graph;
  }
}
