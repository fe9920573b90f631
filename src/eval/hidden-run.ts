import { outputText, type Shell } from '../core/command.ts';
import { must } from '../core/must.ts';
import type { TestRun, TestSelection } from '../core/tests.ts';
import { runTests } from '../environment/run/run-tests.ts';
import type { TestGround } from '../run/test-bench.ts';
import { nulSeparated } from '../text/nul-separated.ts';
import { advance } from '../workspace/history.ts';

const seconds = 300;
const index = '/tmp/.ai-fix-hidden-index';
const kept = '/tmp/.ai-fix-hidden-files';
const gone = '/tmp/.ai-fix-hidden-gone';

/** Runs tests on the base with these patches and then with the hidden tests over them, in a sandbox of its own. */
export type RunHidden = (patches: readonly Uint8Array[], selection: TestSelection) => Promise<TestRun>;

export function createHiddenRuns(ground: TestGround, tests: Uint8Array, signal: AbortSignal): RunHidden {
  const { sandboxes, environment, base, suiteSeconds } = ground;
  return async (patches, selection) => {
    signal.throwIfAborted();
    await using sandbox = await sandboxes.open(environment, 'verify');
    await advance(sandbox, base.git, environment.base, base.commit);
    if (tests.length > 0) await make(sandbox, readTests, tests);
    for (const patch of patches) {
      if (patch.length > 0) await make(sandbox, 'git apply --binary --whitespace=nowarn -', patch);
    }
    if (tests.length > 0) await make(sandbox, placeTests);
    const present = selection === 'all' ? selection : { files: await existing(sandbox, selection.files) };
    const options = { selection: present, timeoutSeconds: suiteSeconds, signal };
    return await runTests(sandbox, environment.plan, options); // awaited here: the sandbox goes when this returns
  };
}

/** Applies them to the base alone, in an index of their own: what a patch did to the same files does not matter. */
const readTests = `
set -e
cp -p .git/index ${index}
export GIT_INDEX_FILE=${index}
git apply --cached --binary --whitespace=nowarn -
git diff --cached --no-renames --name-only -z --diff-filter=D HEAD > ${gone}
git diff --cached --no-renames --name-only -z --diff-filter=d HEAD > ${kept}`;

const placeTests = `
set -e
xargs -0 -r rm -rf -- < ${gone}
GIT_INDEX_FILE=${index} git checkout-index --force -z --stdin < ${kept}`;

async function existing(shell: Shell, files: readonly string[]): Promise<string[]> {
  const script = `while IFS= read -r -d '' file; do if [ -f "$file" ]; then printf '%s\\0' "$file"; fi; done`;
  const input = Buffer.from(files.map((file) => `${file}\0`).join(''));
  return nulSeparated(await make(shell, script, input));
}

async function make(shell: Shell, script: string, input?: Uint8Array): Promise<string> {
  const given = input === undefined ? {} : { input };
  const command = { script, timeoutSeconds: seconds, keep: 'all', ...given } as const;
  return outputText(await must(shell, command, 'The tree for the hidden tests could not be made'));
}
