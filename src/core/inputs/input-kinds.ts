import { BadValue, parseJson, type InputDefinition, type ParseYaml } from './inputs.js';

/** An input whose value is `undefined` when it is empty, unless {@link withDefault} gives it a default. */
type Optional<T> = InputDefinition<T | undefined>;
interface Pattern {
  readonly matches: RegExp;
  /** Completes "allowed: …". */
  readonly allowed: string;
}

export function withDefault<T>(defaultText: string, definition: Optional<T>): InputDefinition<T> {
  return { ...definition, defaultText } as InputDefinition<T>;
}

export function text(description: string, pattern?: Pattern): Optional<string> {
  return { takes: 'text', description, parse: (input) => match(input, pattern) };
}

export function secret(description: string): Optional<string> {
  return { takes: 'secret', description, secret: true, parse: (input) => input };
}

export function choice<const C extends string>(description: string, choices: readonly C[]): Optional<C> {
  const allowed = choices.map((one) => `\`${one}\``).join(', ');
  return {
    takes: allowed,
    description,
    parse(input) {
      const found = choices.find((one) => one === input);
      if (found === undefined) throw new BadValue(allowed);
      return found;
    },
  };
}

export function integer(description: string, range: { min: number; max: number }): Optional<number> {
  const allowed = `a whole number from ${range.min} to ${range.max}`;
  return {
    takes: allowed,
    description,
    parse(input) {
      const value = /^\d{1,15}$/.test(input) ? Number(input) : Number.NaN;
      if (!(value >= range.min && value <= range.max)) throw new BadValue(allowed);
      return value;
    },
  };
}

/** A boolean of YAML's 1.2 core schema, as `@actions/core` reads it. */
export function flag(description: string): Optional<boolean> {
  return {
    takes: '`true` or `false`',
    description,
    parse(input) {
      if (/^(true|True|TRUE)$/.test(input)) return true;
      if (/^(false|False|FALSE)$/.test(input)) return false;
      throw new BadValue('`true` or `false`');
    },
  };
}

/** A list, separated by commas or new lines, or as JSON. An empty entry between two separators is refused. */
export function list(description: string, pattern: Pattern): Optional<readonly string[]> {
  return {
    takes: 'list',
    description,
    parse(input) {
      // A comma at the end of a line and the line break are one separator.
      const entries = readJsonList(input) ?? input.trim().split(/\s*,\s*\r?\n\s*|\s*,\s*|\s*\r?\n\s*/);
      if (entries.includes('')) throw new BadValue(`${pattern.allowed}, without empty entries`);
      const bad = entries.find((entry) => !pattern.matches.test(entry));
      if (bad !== undefined) throw new BadValue(pattern.allowed, bad);
      return [...new Set(entries)];
    },
  };
}

/** Reads the form of this suite's outputs: `["i-1", "i-2"]`. */
function readJsonList(input: string): string[] | undefined {
  if (!input.trim().startsWith('[')) return undefined;
  try {
    const list = JSON.parse(input) as unknown;
    return Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

/** A text in YAML that the caller parses later, with code that few steps load. */
export function yamlText(description: string, takes: string): Optional<string> {
  return { takes, description, isYaml: true, parse: (input) => input };
}

/**
 * A map in YAML or JSON, which the caller reads.
 *
 * @param form what is allowed, for a text that is neither
 * @param about `isOrdered`: the order of the keys counts, and maps are `Map`s
 */
export function yamlMap(
  description: string,
  form: string,
  about: { readonly isOrdered?: boolean } = {},
): Optional<unknown> {
  return {
    takes: 'YAML map',
    description,
    isYaml: true,
    parse(input, parseYaml: ParseYaml = parseJson) {
      try {
        return parseYaml(input, about);
      } catch (error) {
        throw notYaml(form, error);
      }
    },
  };
}

/** @param form what is allowed @param error of the parser */
export function notYaml(form: string, error: unknown): BadValue {
  return new BadValue(`${form}; it is not YAML: ${(error as Error).message.split('\n')[0]}`);
}

/** An input of ec2-github-runner that `migration.ts` translates, or ignores with a notice. */
export function legacy(description: string): Optional<string> {
  return { takes: 'text', description, legacy: true, parse: (input) => input };
}

function match(input: string, pattern: Pattern | undefined): string {
  if (pattern && !pattern.matches.test(input)) throw new BadValue(pattern.allowed);
  return input;
}
