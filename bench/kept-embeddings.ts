import { createReadStream, existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Embeddings } from '../server/retrieval/embeddings.ts';

const usualFolder = join(import.meta.dirname, '..', '.cache', 'embeddings');
/** Texts of one go: what is lost when a run is broken off. */
const part = 512;

/**
 * The same, for texts that were asked in any run before from a file: a draw, a second data set or another run asks for
 * the same tens of thousands, which take minutes. One file a model, a line a text; delete it to ask again.
 */
export async function keptEmbeddings(embeddings: Embeddings, folder = usualFolder): Promise<Embeddings> {
  const file = join(folder, `${embeddings.name.replaceAll(/[^a-z0-9]+/gi, '-')}.jsonl`);
  const known = await read(file);
  await mkdir(folder, { recursive: true });
  return {
    name: embeddings.name,
    async embed(texts, signal) {
      // As ever, so that texts of a length are asked together, which costs the model least.
      const missing = [...new Set(texts)]
        .filter((text) => !known.has(text))
        .sort((one, other) => one.length - other.length);
      for (let from = 0; from < missing.length; from += part) {
        const asked = missing.slice(from, from + part);
        const vectors = await embeddings.embed(asked, signal);
        const lines = asked.map((text, at) => {
          const vector = vectors[at] ?? new Float32Array();
          known.set(text, vector);
          return JSON.stringify({ text, vector: Buffer.from(vector.buffer).toString('base64') });
        });
        // A run that was broken off may have left half a line.
        await appendFile(file, `\n${lines.join('\n')}\n`);
      }
      return texts.map((text) => known.get(text) ?? new Float32Array());
    },
  };
}

async function read(file: string): Promise<Map<string, Float32Array>> {
  const known = new Map<string, Float32Array>();
  if (!existsSync(file)) return known;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.endsWith('"}')) continue;
    const { text, vector } = JSON.parse(line) as { text: string; vector: string };
    const bytes = Uint8Array.from(Buffer.from(vector, 'base64'));
    known.set(text, new Float32Array(bytes.buffer));
  }
  return known;
}
