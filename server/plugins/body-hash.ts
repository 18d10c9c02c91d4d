import { hash } from 'node:crypto';
import { isStorable, storable } from '../store/storable.ts';

/**
 * A command as it is kept, and what makes one with the same cid the same (D1): SHA-256 of its content, hexadecimal, however
 * its fields are ordered.
 */
export function keptAs<C extends object>(command: C): { readonly command: C; readonly bodyHash: string } {
  const json = inOneOrder(command);
  if (isStorable(json)) return { command, bodyHash: hashOf(json) };
  const kept = storable(command);
  return { command: kept, bodyHash: hashOf(inOneOrder(kept)) };
}

const hashOf = (json: string) => hash('sha256', json, 'hex');

/** JSON with the fields of every object in one order: the same command is the same, however a client writes it. */
function inOneOrder(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(inOneOrder).join()}]`;
  let fields = '';
  for (const [name, part] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    fields += `${fields === '' ? '' : ','}${JSON.stringify(name)}:${inOneOrder(part)}`;
  }
  return `{${fields}}`;
}
