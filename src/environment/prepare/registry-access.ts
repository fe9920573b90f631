import type { Command, CommandResult, Shell } from '../../core/command.ts';
import { OperationalError } from '../../core/errors.ts';
import { must } from '../../core/must.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { createRedactor, type Redact, secretForms } from '../../text/redact.ts';
import { registrySecrets } from '../../text/registry-secrets.ts';

/** Files that give package managers access to private registries, by their path in a home directory. */
export type RegistryFiles = ReadonlyMap<string, string>;

/** In memory, and no part of an image. */
const place = '/tmp/.ai-fix-registries';

/**
 * Lets `work` find these files in the home directory, and takes them away again whatever comes of it. They lie in memory,
 * with links to them at home; what the shell that `work` gets prints holds none of their secrets.
 */
export async function withAccess<Result>(
  shell: Shell,
  files: RegistryFiles,
  work: (shell: Shell) => Promise<Result>,
): Promise<Result> {
  if (files.size === 0) return work(shell);
  try {
    for (const [path, text] of files) await put(shell, path, text);
    return await work(quietShell(shell, createRedactor(secretsOf(files))));
  } finally {
    await takeAway(shell, [...files.keys()]);
  }
}

async function put(shell: Shell, path: string, text: string): Promise<void> {
  const [file, before] = [`${place}/new/${path}`, `${place}/before/${path}`].map(quoteWord);
  const own = `~/${quoteWord(path)}`;
  const script = `umask 077
mkdir -p "$(dirname ${file})" "$(dirname ${before})" "$(dirname ${own})" && cat > ${file} || exit
if [ -e ${own} ]; then mv ${own} ${before} || exit; fi
touch ${place}/begun && ln -s ${file} ${own}`;
  await must(
    shell,
    { script, input: Buffer.from(text), timeoutSeconds: 30 },
    'Access to registries could not be given',
  );
}

/** What was put in the place of a link meanwhile stays, to be looked at before the image is kept. */
async function takeAway(shell: Shell, paths: readonly string[]): Promise<void> {
  const links = paths.map((path) => {
    const [own, before] = [`~/${quoteWord(path)}`, quoteWord(`${place}/before/${path}`)];
    return `if [ -L ${own} ]; then rm -f ${own}; fi
if [ -e ${before} ] && [ ! -e ${own} ]; then mv ${before} ${own}; fi`;
  });
  const script = `${links.join('\n')}
${paths.includes('.m2/settings.xml') ? forgetRepositories : ''}
rm -rf ${place}/new ${place}/before`;
  await shell.run({ script, timeoutSeconds: 120 });
}

/** Maven takes an artifact for absent when it came from a repository that its settings do not name any more. */
const forgetRepositories = `find ~/.m2/repository -name _remote.repositories -delete 2> /dev/null`;

/**
 * Rejects with `install_failed` when a file that was written meanwhile holds one of the secrets, as they are or in a usual
 * encoding: the image would hand it on to the agent, and keep it.
 */
export async function requireNoSecrets(shell: Shell, files: RegistryFiles): Promise<void> {
  const forms = secretForms(secretsOf(files));
  if (forms.length === 0) return;
  const script = `find / -xdev -cnewer ${place}/begun -type f -readable -print0 2> /dev/null |
  xargs -0 -r grep -lF -f ${place}/forms -- 2> /dev/null | head -n 5
rm -rf ${place}`;
  const put = { script: `cat > ${place}/forms`, input: Buffer.from(forms.join('\n')), timeoutSeconds: 30 };
  await must(shell, put, 'What the installation left could not be looked through');
  const { head } = await must(
    shell,
    { script, timeoutSeconds: 300 },
    'What the installation left could not be looked through',
  );
  const found = head.toString('utf8').trim();
  if (found === '') return;
  throw new OperationalError(
    'install_failed',
    `The installation wrote credentials of a registry into files, which would be kept with the environment: ${found.split('\n').join(', ')}. See which install script does that, or give \`install\` in .github/ai-fix.yml without it.`,
  );
}

function secretsOf(files: RegistryFiles): string[] {
  return [...files.values()].flatMap(registrySecrets);
}

/** A shell whose output holds no secrets. Where some output is left out, so are the lines that are cut in two. */
function quietShell(shell: Shell, redact: Redact): Shell {
  const hide = (bytes: Buffer) => Buffer.from(redact(bytes.toString('utf8')));
  return {
    async run(command, signal) {
      const result = await shell.run(withQuietLines(command, redact), signal);
      const { head, tail } = result.elidedBytes === 0 ? result : wholeLines(result);
      return { ...result, head: hide(head), tail: hide(tail) };
    },
  };
}

function wholeLines({ head, tail }: CommandResult): Pick<CommandResult, 'head' | 'tail'> {
  return { head: head.subarray(0, head.lastIndexOf('\n') + 1), tail: tail.subarray(tail.indexOf('\n') + 1) };
}

function withQuietLines(command: Command, redact: Redact): Command {
  const { onOutput } = command;
  if (onOutput === undefined) return command;
  let begun = '';
  return {
    ...command,
    onOutput(bytes) {
      const text = begun + Buffer.from(bytes).toString('utf8');
      const end = text.lastIndexOf('\n') + 1;
      begun = text.slice(end);
      if (end > 0) onOutput(Buffer.from(redact(text.slice(0, end))));
    },
  };
}
