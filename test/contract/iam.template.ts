import { readFileSync } from 'node:fs';
import { parse, type ScalarTag } from 'yaml';

/** A call of one of CloudFormation's functions. */
type Call = { readonly call: string; readonly of: unknown };

interface Template {
  readonly Parameters: Readonly<
    Record<string, { readonly Type: string; readonly Default?: string; readonly AllowedPattern?: string }>
  >;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Condition?: string; readonly Properties: unknown }>
  >;
}

const NOTHING = Symbol('AWS::NoValue');
const LISTS = new Set(['Regions', 'InstanceTypes', 'MachinePolicyArns']);
const PSEUDO: Readonly<Record<string, unknown>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '123456789012',
  'AWS::Region': 'us-east-1',
  'AWS::NoValue': NOTHING,
};

export function readTemplate(): Template {
  const functions = ['Ref', 'Sub', 'GetAtt', 'If', 'Equals', 'Not', 'And', 'Or', 'Condition', 'Join', 'Contains'];
  const text = readFileSync(new URL('../../iam/ci-actions.yml', import.meta.url), 'utf8');
  return parse(text, { customTags: functions.flatMap(tagsFor) }) as Template;
}

function tagsFor(name: string): ScalarTag[] {
  const scalar = { tag: `!${name}`, resolve: (text: string): Call => ({ call: name, of: text }) };
  const seq = { tag: `!${name}`, collection: 'seq', resolve: (node: { toJSON(): unknown }) => new Later(name, node) };
  return [scalar, seq as unknown as ScalarTag];
}

/** The tag of a function with a list of arguments, which may be calls themselves. */
class Later {
  constructor(
    private readonly name: string,
    private readonly node: { toJSON(): unknown },
  ) {}

  toJSON(): Call {
    return { call: this.name, of: this.node.toJSON() };
  }
}

/** The properties of a resource in a stack with these parameters; `undefined` if the stack lacks the resource. */
export function deploy(resource: string, parameters: Readonly<Record<string, string>>): unknown {
  const template = readTemplate();
  const found = template.Resources[resource];
  if (!found) throw new Error(`The template has no ${resource}.`);
  const stack = new Stack(template, parameters);
  return found.Condition !== undefined && !stack.holds(found.Condition) ? undefined : stack.resolve(found.Properties);
}

class Stack {
  constructor(
    private readonly template: Template,
    private readonly given: Readonly<Record<string, string>>,
  ) {}

  holds(condition: string): boolean {
    return this.resolve(this.template.Conditions[condition]) as boolean;
  }

  resolve(value: unknown): unknown {
    if (value instanceof Later) return this.resolve(value.toJSON());
    if (isCall(value)) return this.call(value);
    if (Array.isArray(value)) return value.map((one) => this.resolve(one)).filter((one) => one !== NOTHING);
    if (typeof value !== 'object' || value === null) return value;
    const resolved = Object.entries(value).map(([key, one]) => [key, this.resolve(one)] as const);
    return Object.fromEntries(resolved.filter(([, one]) => one !== NOTHING));
  }

  private call({ call, of }: Call): unknown {
    const list = Array.isArray(of) ? of : [];
    switch (call) {
      case 'Ref':
        return this.look(of as string);
      case 'GetAtt':
        return of;
      case 'Sub':
        return (of as string)
          .replace(/\$\{([^!][^}]*)\}/g, (_, name: string) => String(this.look(name)))
          .replaceAll('${!', '${');
      case 'If':
        return this.resolve(this.holds(list[0] as string) ? list[1] : list[2]);
      case 'Equals':
        return this.resolve(list[0]) === this.resolve(list[1]);
      case 'And':
        return list.every((one) => this.resolve(one) === true);
      case 'Or':
        return list.some((one) => this.resolve(one) === true);
      case 'Condition':
        return this.holds(of as string);
      case 'Not':
        return !this.resolve(list[0]);
      case 'Join':
        return (this.resolve(list[1]) as string[]).join(list[0] as string);
      default:
        throw new Error(`Nothing here knows !${call}.`);
    }
  }

  private look(name: string): unknown {
    if (Object.hasOwn(PSEUDO, name)) return PSEUDO[name];
    const parameter = this.template.Parameters[name];
    if (!parameter) return name;
    const value = this.given[name] ?? parameter.Default;
    if (value === undefined) throw new Error(`${name} has no default.`);
    return LISTS.has(name) ? value.split(',') : value;
  }
}

function isCall(value: unknown): value is Call {
  return typeof value === 'object' && value !== null && 'call' in value && 'of' in value;
}
