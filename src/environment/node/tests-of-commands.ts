import type { TestCommand } from '../../core/environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { parseCommands } from '../shell-words.ts';
import { calledScripts } from './called-scripts.ts';
import { packageJsonSchema } from './package-json.ts';
import { planFromScript } from './test-scripts.ts';

/** The calls of known runners behind commands at the root that run a package's scripts, as `npm run test:unit`. */
export async function testsOfCommands(
  files: RepositoryFiles,
  commands: readonly { command: string; directory: string }[],
): Promise<TestCommand[]> {
  const text = await files.read('package.json');
  const scripts = text === null ? {} : scriptsIn(text);
  return commands.flatMap(({ command, directory }) => {
    const [words, ...others] = directory === '' ? parseCommands(command) : [];
    if (words === undefined || others.length > 0) return [];
    return calledScripts(words, scripts).names.flatMap((name) => planFromScript(scripts, name)?.tests ?? []);
  });
}

function scriptsIn(text: string): Record<string, string> {
  try {
    return packageJsonSchema.parse(JSON.parse(text)).scripts;
  } catch {
    return {}; // whoever plans from it says what is wrong
  }
}
