import { quoteWord } from '../../text/quote-word.ts';
import { inDirectory } from '../directories.ts';
import { parseCommands, takeAssignments } from '../shell-words.ts';
import { calledScripts, hasScript, type Scripts } from './called-scripts.ts';
import { dependenciesFirst, type Member, withoutExamples } from './members.ts';

const maximumDepth = 4;

/**
 * A script that has a tool build all packages becomes a build of each package, dependencies first: of those only the ones
 * that a change concerns are then built again before a test run. What builds only some packages is left as it is.
 */
export function expandRecursive(
  build: readonly string[],
  scripts: Scripts,
  members: readonly Member[],
): string[] {
  return build.flatMap((command) => {
    const name = /^npm run ([\w:.-]+)$/.exec(command)?.[1];
    const inEach = name === undefined ? null : scriptOfEach(scripts, name);
    const having = members.filter(
      ({ manifest }) => inEach !== null && hasScript(manifest?.scripts ?? {}, inEach),
    );
    if (inEach === null || having.length === 0) return [command];
    return dependenciesFirst(withoutExamples(members))
      .filter((member) => having.includes(member))
      .map(({ directory }) => inDirectory(directory, `npm run ${quoteWord(inEach)}`));
  });
}

/** The script that is run in every package, where running it is all that a script does. */
function scriptOfEach(scripts: Scripts, name: string, depth = 0): string | null {
  const commands = hasScript(scripts, name) ? parseCommands(scripts[name] as string) : [];
  const [words = []] = commands;
  if (commands.length !== 1 || depth > maximumDepth || hasScript(scripts, `pre${name}`)) return null;
  const { rest } = takeAssignments(words);
  if (rest.length < words.length) return null; // with variables of its own
  const plain = rest.map((word) => word.plain);
  const inEach = callInEach(plain);
  if (inEach !== null) return inEach;
  const called = calledScripts(rest, scripts);
  const isAlone = called.names.length === 1 && called.extra.length === 0 && plain.length <= 3;
  return isAlone ? scriptOfEach(scripts, called.names[0] as string, depth + 1) : null;
}

/** How each tool runs a script in all packages; with any option that chooses among them it is another thing. */
const calls: readonly RegExp[] = [
  /^(?:npx )?lerna run ([\w:.-]+)(?: --(?:stream|parallel|no-bail|sort|concurrency[ =]\d+))*$/,
  /^npm run ([\w:.-]+)(?: (?:--workspaces|-ws|--if-present))+$/,
  /^npm run(?: (?:--workspaces|-ws|--if-present))+ ([\w:.-]+)$/,
  /^pnpm (?:-r|--recursive)(?: run)? ([\w:.-]+)(?: --(?:stream|parallel|if-present|sort))*$/,
  /^pnpm run (?:-r|--recursive) ([\w:.-]+)$/,
  /^yarn workspaces run ([\w:.-]+)$/,
  /^yarn workspaces foreach (?:-[AptvW]+ |--(?:all|parallel|topological|topological-dev|verbose|worktree) )*run ([\w:.-]+)$/,
];

function callInEach(words: readonly string[]): string | null {
  const command = words.join(' ');
  if (/^npm run [\w:.-]+$/.test(command)) return null;
  for (const call of calls) {
    const name = call.exec(command)?.[1];
    if (name !== undefined && name !== 'run') return name;
  }
  return null;
}
