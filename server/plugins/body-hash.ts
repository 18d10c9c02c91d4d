import { hash } from 'node:crypto';

/** What makes a command with the same cid the same (D1): SHA-256 of its content, however its fields are ordered. */
export const bodyHashOf = (command: object): Buffer => hash('sha256', inOneOrder(command), 'buffer');

/** JSON with the fields of every object in one order: the same command is the same, however a client writes it. */
function inOneOrder(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(inOneOrder).join()}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, part]) => `${JSON.stringify(name)}:${inOneOrder(part)}`).join()}}`;
}
