import type { InputDefinition, InputDefinitions, ValuesOf } from './inputs.js';

/** The fields of a request, as `part.field`. */
type FieldOf<Parts> = { [P in keyof Parts & string]: `${P}.${keyof Parts[P] & string}` }[keyof Parts & string];
type ValueAt<Parts, F> = F extends `${infer P}.${infer N}`
  ? P extends keyof Parts
    ? N extends keyof Parts[P]
      ? Parts[P][N]
      : never
    : never
  : never;

interface Into<Parts> {
  <const F extends FieldOf<Parts>, D extends InputDefinition<ValueAt<Parts, F>>>(
    field: F,
    definition: D,
  ): D & { readonly field: F };
  /** @param emptyValue the value of an empty input, instead of `undefined` */
  <const F extends FieldOf<Parts>>(
    field: F,
    definition: InputDefinition<ValueAt<Parts, F> | undefined>,
    emptyValue: ValueAt<Parts, F>,
  ): InputDefinition<ValueAt<Parts, F>> & { readonly field: F };
}

/**
 * Makes inputs name the field of the request that holds their value, so that a new input needs only its definition and
 * the code that uses its value. The compiler refuses a field that the request does not have, or has with another type.
 *
 * @example
 * const into = fieldsOf<{ machine: MachineRequest }>();
 * const inputs = { 'key-name': into('machine.keyName', text('EC2 key pair.')) };
 * const machine: MachineRequest = collectFields(inputs, parseInputs(inputs, raw).values, 'machine');
 */
export function fieldsOf<Parts>(): Into<Parts> {
  return ((field: string, definition: InputDefinition<unknown>, ...[emptyValue]: readonly unknown[]) => ({
    ...definition,
    field,
    emptyValue,
  })) as Into<Parts>;
}

/** The type of one part of a request, derived from the inputs that name its fields. */
export type PartOf<D extends InputDefinitions, P extends string> = {
  readonly [K in keyof D as D[K] extends { readonly field: `${P}.${infer F}` } ? F : never]: ValuesOf<D>[K];
};

/** Collects the values of all inputs that name a field of this part. */
export function collectFields<D extends InputDefinitions, P extends string>(
  definitions: D,
  values: ValuesOf<D>,
  part: P,
): PartOf<D, P> {
  const fields = Object.entries(definitions).flatMap(([name, { field }]) =>
    field?.startsWith(`${part}.`) ? [[field.slice(part.length + 1), values[name]]] : [],
  );
  return Object.fromEntries(fields) as PartOf<D, P>;
}
