import { type TSchema, Type } from 'typebox';
import { textOf } from './body.ts';

/** A field that may be missing or null: what is no value is written in both ways. */
export const maybe = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]));

/**
 * The whole body of a response, read at once.
 * @throws BotError too_large, malformed
 */
export async function readJson<T>(response: Response, read: (json: string) => T): Promise<T> {
  let json = '';
  for await (const part of textOf(response)) json += part;
  return read(json);
}
