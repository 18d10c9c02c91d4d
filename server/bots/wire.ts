import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Static, TSchema } from 'typebox';
import { checkOf } from '../plugins/validation.ts';
import { textOf } from './body.ts';
import { BotError } from './bot-error.ts';

/**
 * Reads JSON of this shape and makes something of it. Give schemas with `Type.Object`: fields that we do not know are
 * ignored, as newer bots may say more.
 * @throws BotError malformed, from the returned reader, without any of the words that were read
 */
export function readerOf<T extends TSchema, R>(
  schema: T,
  make: (value: Static<T>) => R,
): (json: string) => R {
  const check = checkOf(schema);
  return (json) => {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw new BotError('malformed', 'not JSON');
    }
    return make(shaped(check, value));
  };
}

function shaped<T>(check: (value: unknown) => T, value: unknown): T {
  try {
    return check(value);
  } catch (error) {
    // Where it does not fit, not what stands there.
    throw new BotError('malformed', String(Object(error).detail ?? 'another shape'));
  }
}

/** The server-sent events of a body, however it is cut into pieces. */
export async function* eventsOf(response: Response): AsyncGenerator<EventSourceMessage> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  for await (const text of textOf(response)) {
    parser.feed(text);
    yield* events.splice(0);
  }
}
