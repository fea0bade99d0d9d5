import { shorten } from '../config/describe-missing.js';
import type { Override } from '../config/resolve-configuration.js';
import type { YamlLanguage } from '../config/yaml-scalars.js';
import type { CommandLine } from './lines.js';
import { readVar } from './var-line.js';

/** What the directives of a comment set, as overrides of the configuration. The last of a key counts. */
export interface Directives {
  readonly vars: readonly Override[];
  /** `exec_list.PHASE: false` of `/skip`; `exec_list.PHASE: true` of `/only`, with `exec_list._only_: true`. */
  readonly phases: readonly Override[];
  /** `project.name` and `cluster.name`: none or one. */
  readonly project: readonly Override[];
  readonly cluster: readonly Override[];
}

/** The key of the configuration under which the phases are. */
export const EXEC_LIST = 'exec_list';
export const ONLY = '_only_';

interface DirectiveText {
  readonly source: string;
  readonly lines: readonly CommandLine[];
}

interface Collected {
  readonly directives: Directives;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads the directives of texts, of which the later ones count more. */
export function readDirectives(texts: readonly DirectiveText[], language: YamlLanguage): Collected {
  const collector = new Collector(language);
  for (const text of texts) collector.addText(text);
  const { phases, vars, names, problems, warnings } = collector;
  return {
    directives: {
      phases: [...phases.values()],
      vars: [...vars.values()],
      project: [...names].flatMap(([word, one]) => (word === 'project' ? one : [])),
      cluster: [...names].flatMap(([word, one]) => (word === 'cluster' ? one : [])),
    },
    problems,
    warnings,
  };
}

class Collector {
  readonly vars = new Map<string, Override>();
  readonly phases = new Map<string, Override>();
  readonly names = new Map<string, Override>();
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  constructor(private readonly language: YamlLanguage) {}

  addText({ source, lines }: DirectiveText): void {
    /** The lines of this text that set a key. A later text may override what an earlier one set. */
    const places = new Map<string, CommandLine>();
    for (const line of lines) {
      const from = `${source}, line ${line.line}`;
      const refuse = (why: string) => void this.problems.push(`${from}: \`${shorten(line.text)}\` ${why}`);
      if (line.word === 'var') this.addVar(line, from, { refuse, places });
      else if (line.word === 'skip' || line.word === 'only') this.addPhases(line, from, { refuse, places });
      else if (line.word === 'cluster' || line.word === 'project') this.addName(line, from, { refuse, places });
    }
  }

  private addVar(line: CommandLine, source: string, { refuse, places }: Context): void {
    const read = readVar(line.rest, this.language);
    if ('problem' in read) return refuse(read.problem);
    const { key, value, warning } = read;
    if (warning !== undefined) this.warnings.push(`${source}: ${warning}.`);
    const earlier = places.get(key);
    if (earlier) this.warnings.push(`${source}: \`${key}\` is also set on line ${earlier.line}; the last counts.`);
    places.set(key, line);
    this.vars.set(key, { key, value, source });
  }

  private addPhases(line: CommandLine, source: string, { refuse, places }: Context): void {
    const phases = line.rest.split(/[\s,]+/).filter((phase) => phase !== '');
    if (phases.length === 0) return refuse(`names no phase; write \`/${line.word} PHASE\`.`);
    for (const phase of phases) {
      const key = `${EXEC_LIST}.${phase}`;
      const earlier = places.get(key);
      if (!/^[\w-]+$/.test(phase) || phase === ONLY) refuse(`names \`${shorten(phase)}\`, which cannot be a phase.`);
      else if (earlier && earlier.word !== line.word)
        refuse(
          `contradicts line ${earlier.line}, \`${shorten(earlier.text)}\`: phase \`${phase}\` can be in one of them.`,
        );
      else {
        const other = this.phases.get(phase);
        if (other && other.value !== (line.word === 'only'))
          this.warnings.push(
            `${source}: \`/${line.word} ${phase}\` counts more than \`/${other.value === true ? 'only' : 'skip'} ${phase}\` (${other.source}).`,
          );
        places.set(key, line);
        if (line.word === 'only')
          this.phases.set(ONLY, { key: `${EXEC_LIST}.${ONLY}`, value: true, source, mayCreate: true });
        this.phases.set(phase, { key, value: line.word === 'only', source, mayCreate: true });
      }
    }
  }

  private addName(line: CommandLine, source: string, { refuse, places }: Context): void {
    const { word, rest } = line;
    const key = `${word}.name`;
    const earlier = places.get(key);
    if (!/^\S+$/.test(rest)) refuse(`${rest === '' ? 'has no name' : 'has several words'}; write \`/${word} NAME\`.`);
    else if (earlier && earlier.rest !== rest)
      refuse(`contradicts line ${earlier.line}, \`${shorten(earlier.text)}\`; allowed: one.`);
    else {
      places.set(key, line);
      this.names.set(word, { key, value: rest, source });
    }
  }
}

interface Context {
  readonly refuse: (why: string) => void;
  readonly places: Map<string, CommandLine>;
}
