import fp from 'fastify-plugin';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { RefusalError } from './errors.ts';

export type Check<T> = (value: unknown) => T;

/** Every socket asks for the same checks: compiling them for each would cost milliseconds and memory a connection. */
const compiled = new WeakMap<TSchema, ReturnType<typeof Compile>>();

function validatorOf(schema: TSchema): ReturnType<typeof Compile> {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const validator = Compile(schema);
  compiled.set(schema, validator);
  return validator;
}

/**
 * Compiles a schema, once, to a check that hands the value back typed.
 * @throws RefusalError `invalid`, with the place and the fault, from the returned check
 */
export function checkOf<S extends TSchema>(schema: S): Check<Static<S>> {
  const validator = validatorOf(schema);
  return (value) => {
    if (validator.Check(value)) return value as Static<S>;
    const [first] = validator.Errors(value);
    const detail = first === undefined ? 'does not fit' : `${first.instancePath || 'body'} ${first.message}`;
    throw new RefusalError('invalid', { detail });
  };
}

/** Query and path arrive as text: "20" is meant as 20 where a number is declared; anything less plain stays wrong. */
function withNumbers(schema: { properties?: Record<string, { type?: string }> }, data: unknown): unknown {
  const meant = Object.entries(Object(data)).map(([name, value]) => {
    const isNumber = schema.properties?.[name]?.type === 'integer' && /^-?\d{1,16}$/.test(String(value));
    return [name, isNumber && typeof value === 'string' ? Number(value) : value];
  });
  return Object.fromEntries(meant);
}

/** Route schemas are checked by the very checks that the socket uses. */
export default fp(
  async (app) => {
    app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
      const check = checkOf(schema);
      const convert = httpPart === 'querystring' || httpPart === 'params';
      return (data) => {
        try {
          return { value: check(convert ? withNumbers(schema, data) : data) };
        } catch (error) {
          return { error: error as RefusalError };
        }
      };
    });
    app.setSerializerCompiler(() => JSON.stringify);
  },
  { name: 'validation' },
);
