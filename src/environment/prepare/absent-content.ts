import { posix } from 'node:path';
import { outputText, type Shell } from '../../core/command.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/** What a work tree lacks of its repository although git holds it whole, for people: content that lies elsewhere. */
export async function absentContent(shell: Shell, files: RepositoryFiles): Promise<string[]> {
  const paths = await files.paths();
  const attributes = await files.readAll(paths.filter((path) => posix.basename(path) === '.gitattributes'));
  const usesLfs = [...attributes.values()].some((text) => /\bfilter=lfs\b/.test(text));
  const lacking = paths.includes('.gitmodules') ? await emptySubmodules(shell) : [];
  return [
    ...(usesLfs
      ? ['files in Git LFS are not fetched, only pointers to them: tests that need them fail']
      : []),
    ...lacking.map((path) => `the submodule ${path} could not be fetched: tests that need it fail`),
  ];
}

async function emptySubmodules(shell: Shell): Promise<string[]> {
  const script = "git submodule status 2> /dev/null | sed -n 's/^-[0-9a-f]* //p'";
  const result = await shell.run({ script, timeoutSeconds: 60 });
  return outputText(result)
    .split('\n')
    .filter((line) => line !== '');
}
