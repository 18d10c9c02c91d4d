/** A compiled schema, as far as it is needed here. */
interface Schema<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[];
}

/**
 * Reads JSON of the outside that must fit a schema.
 * @param whole what the text is called where nothing in it is to blame
 * @param instead words for the fault at a place (`turns.3.author`) that say more than the schema; null: the schema's
 */
export function readJsonText<T extends object>(
  text: string,
  schema: Schema<T>,
  whole: string,
  instead: (place: string) => string | null = () => null,
): T | { readonly fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'not JSON' };
  }
  if (schema.Check(value)) return value;
  const [first] = schema.Errors(value);
  const place = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const words = instead(place) ?? first?.message ?? 'does not fit';
  return { fault: `${place === '' ? whole : place} ${words}` };
}
