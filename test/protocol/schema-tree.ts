/** A JSON Schema as the rules of the wire look at it. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxProperties?: number;
  readonly additionalProperties?: unknown;
  readonly properties?: Record<string, Schema>;
  readonly patternProperties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Every schema inside this one, itself first, each with the path to it. */
export function* schemasIn(schema: Schema, path: string): Generator<{ schema: Schema; path: string }> {
  yield { schema, path };
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    yield* schemasIn(inner, `${path}.${name}`);
  for (const [name, inner] of Object.entries(schema.patternProperties ?? {}))
    yield* schemasIn(inner, `${path}[${name}]`);
  if (schema.items !== undefined) yield* schemasIn(schema.items, `${path}[]`);
  for (const [index, inner] of (schema.anyOf ?? []).entries()) yield* schemasIn(inner, `${path}|${index}`);
}

/** Objects that take more than they declare. */
export function inexact(schema: Schema, name: string): string[] {
  return [...schemasIn(schema, name)]
    .filter(({ schema }) => schema.type === 'object' && schema.additionalProperties !== false)
    .map(({ path }) => path);
}

/** A pattern that is anchored at both ends and repeats nothing without an upper bound. */
const isBoundingPattern = (pattern = '') => /^\^.*\$$/.test(pattern) && !/(?<!\\)[*+]|\{\d+,\}/.test(pattern);

/** Strings, lists, maps and numbers that can be of any size. */
export function unbounded(schema: Schema, name: string): string[] {
  return [...schemasIn(schema, name)]
    .filter(({ schema }) => {
      const { type } = schema;
      if (type === 'string')
        return (
          schema.const === undefined && schema.maxLength === undefined && !isBoundingPattern(schema.pattern)
        );
      if (type === 'array') return schema.maxItems === undefined;
      if (type === 'integer' || type === 'number')
        return schema.minimum === undefined || schema.maximum === undefined;
      return schema.patternProperties !== undefined && schema.maxProperties === undefined;
    })
    .map(({ path }) => path);
}
