import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const schema = z.object({
  instance_id: z.string(),
  repo: z.string(),
  base_commit: z.string(),
  problem_statement: z.string(),
  files: z.array(z.string()).min(1),
});

/** Issues with the files that their fixes changed, one JSON object a line. */
export async function readLocalisations(path: string): Promise<z.infer<typeof schema>[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => schema.parse(JSON.parse(line)));
}
