import { z } from 'zod';
import type { Shell } from '../../core/command.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { jsonOrNull } from '../parse-or-null.ts';
import type { Remedy } from '../prepare/remedy.ts';
import { loosened } from './loosened.ts';
import { addressKey } from './repository-address.ts';
import type { Unfetchable } from './unfetchable.ts';

const askedSchema = z.object({ group: z.string(), from: z.string() });
const releaseSchema = z.object({ 'repository.url': z.string(), version: z.string() });

/**
 * Has the root's manifest ask for the release of a dependency that it takes from a git host, which cannot be reached.
 * Null unless the registry says that its package of that name comes from the same repository.
 */
export async function takeRelease(
  shell: Shell,
  { name, why }: Unfetchable,
  command: string,
): Promise<Remedy | null> {
  const asked = await read(shell, `node -e ${quoteWord(findAsked)} ${quoteWord(name)}`, askedSchema);
  if (asked === null) return null;
  const view = `npm view ${quoteWord(name)} repository.url version --json 2>/dev/null`;
  const release = await read(shell, view, releaseSchema);
  const from = /^[\w.-]+\/[\w.-]+/.test(asked.from) ? `github:${asked.from}` : asked.from;
  if (release === null || addressKey(release['repository.url']) !== addressKey(from)) return null;
  const version = /#v?(\d+\.\d+\.\d+\S*)$/.exec(from)?.[1] ?? release.version;
  const script = `npm pkg set ${quoteWord(`${asked.group}[${name}]=${version}`)}`;
  if ((await shell.run({ script, timeoutSeconds: 60 })).exitCode !== 0) return null;
  const how = `its release ${version} is used instead`;
  return {
    command: loosened(command, true),
    note: `${name} cannot be fetched (${why}): ${how}`,
    leftOut: { name, why: `${why}; ${how}` },
  };
}

const findAsked = `
const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const name = process.argv[1];
const group = ['dependencies', 'devDependencies', 'optionalDependencies'].find((each) => manifest[each]?.[name]);
const from = manifest[group]?.[name];
if (/^[^@.][^:]*\\/|^git|:\\/\\//.test(from)) console.log(JSON.stringify({ group, from }));
`;

/** What a command prints as JSON; null when it is something else. */
async function read<T>(shell: Shell, script: string, schema: z.ZodType<T>): Promise<T | null> {
  const { head } = await shell.run({ script, timeoutSeconds: 60 });
  return schema.safeParse(jsonOrNull(head.toString('utf8'))).data ?? null;
}
