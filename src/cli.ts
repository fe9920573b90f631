import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readAppConfig } from './app-config.ts';
import { type AttemptFlags, attemptsOf, withAttempts } from './commands/attempt-options.ts';
import { type DoctorOptions, doctor } from './commands/doctor.ts';
import { fix } from './commands/fix.ts';
import { type Config, readConfig } from './config.ts';
import { oneAttempt } from './core/attempts.ts';
import { messageOf, OperationalError } from './core/errors.ts';
import { defaultRunLimits, type RunLimits } from './core/limits.ts';
import { exitCodes, usageExitCode } from './core/outcome.ts';
import { useProxy } from './network.ts';

const { version, description } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as {
  version: string;
  description: string;
};

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

function whole(value: string): number {
  const number = positive(value);
  if (!Number.isInteger(number)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}

/** What every command gets: where it stops, and who takes its exit code. */
interface Process {
  signal: AbortSignal;
  end(code: number): void;
}

function createProgram(running: Process): Command {
  const program = new Command('ai-fix')
    .description(description)
    .version(version)
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .hook('preAction', () => useProxy(readConfig()));
  addFix(program, running);
  addDoctor(program, running);
  addEval(program, running);
  addDemo(program, running);
  addServe(program, running);
  addWork(program, running);
  return program;
}

function addFix(program: Command, { signal, end }: Process): void {
  withAttempts(
    program
      .command('fix')
      .description('fix an issue of a local repository and print the patch')
      .requiredOption('--repo <dir>', 'directory of a git repository')
      .requiredOption(
        '--issue <file>',
        'file with the issue, its title in the first line; - for standard input',
      )
      .option('--base <rev>', 'commit to start from', 'HEAD')
      .option('--out <file>', 'write the patch there instead of to standard output')
      .option('--model <name>', 'model to ask, instead of AI_FIX_MODEL')
      .option('--budget <usd>', 'most money to spend', positive, defaultRunLimits.usd)
      .option('--steps <n>', 'most turns of the model', whole, defaultRunLimits.steps)
      .option('--registries <name>', 'whose access to private registries to use: owner or owner/name')
      .option('--keep-sandbox', "leave the agent's sandbox running, to look into", false)
      .option('--json', 'print every event and the outcome as JSON lines', false)
      .action(async (options: FixFlags) => {
        const { out } = options;
        const attempts = attemptsOf(options);
        end(await fix({ ...options, out, limits: limitsOf(options), attempts }, configFor(options), signal));
      }),
  );
}

function addDoctor(program: Command, { signal, end }: Process): void {
  program
    .command('doctor')
    .description('say whether this host and a local repository are fit for ai-fix, and what to do if not')
    .requiredOption('--repo <dir>', 'directory of a git repository')
    .option('--base <rev>', 'commit to look at', 'HEAD')
    .option('--registries <name>', 'whose access to private registries to use: owner or owner/name')
    .option('--json', 'print every event and the diagnosis as JSON lines', false)
    .action(async (options: DoctorOptions) => end(await doctor(options, readConfig(), signal)));
}

function addEval(program: Command, { signal, end }: Process): void {
  withAttempts(
    program
      .command('eval')
      .description('run `fix` on many known bugs, and score each by tests that the agent never saw')
      .requiredOption('--instances <file>', 'instances as SWE-bench shapes them, one JSON object a line')
      .requiredOption('--repos <dir>', 'their repositories, as owner+name/repo or owner__name')
      .requiredOption('--out <dir>', 'where results go; with results of before it goes on')
      .option('--workers <n>', 'how many at once', whole, 1)
      .option('--only <names>', 'only instances with one of these in their id, separated by commas')
      .addOption(
        new Option('--gold [part]', 'play the true fix, or its source alone, instead of asking a model')
          .choices(['all', 'source'])
          .preset('all'),
      )
      .option('--model <name>', 'model to ask, instead of AI_FIX_MODEL')
      .option('--budget <usd>', 'most money to spend on one instance', positive, defaultRunLimits.usd)
      .option('--steps <n>', 'most turns of the model for one instance', whole, defaultRunLimits.steps)
      .option('--json', 'print the report as one JSON line', false)
      .action(async (options: EvalFlags) => {
        const only = options.only?.split(',').filter((name) => name !== '') ?? null;
        const { evaluate } = await import('./commands/eval.ts');
        const { gold = null } = options;
        const attempts = { ...oneAttempt, ...attemptsOf(options) };
        const limits = limitsOf(options);
        end(await evaluate({ ...options, gold, only, limits, attempts }, configFor(options), signal));
      }),
  );
}

function addDemo(program: Command, { signal, end }: Process): void {
  program
    .command('demo')
    .description('fix a real bug in a small program, to see how it goes')
    .option('--json', 'end with one JSON line', false)
    .option('--keep', 'leave the repository and the sandbox, to look into', false)
    .option('--script <file>', "play this model script instead of the demo's own")
    .action(async (options: { json: boolean; keep: boolean; script?: string }) => {
      const { demo } = await loadDemo();
      end(await demo({ ...options, script: options.script }, readConfig(), signal));
    });
}

function addServe(program: Command, { signal, end }: Process): void {
  program
    .command('serve')
    .description('run the GitHub App: take webhooks and work on them')
    .action(async () => {
      const config = readAppConfig();
      const { serve } = await import('./commands/serve.ts');
      end(await serve(config, signal));
    });
}

function addWork(program: Command, { signal, end }: Process): void {
  program
    .command('work')
    .description('run a worker only, on the database of a `serve` elsewhere')
    .action(async () => {
      const config = readAppConfig();
      const { work } = await import('./commands/serve.ts');
      end(await work(config, signal));
    });
}

/** The demo's local GitHub needs packages for development, which an installed ai-fix does not have. */
async function loadDemo(): Promise<typeof import('./commands/demo.ts')> {
  try {
    return await import('./commands/demo.ts');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new OperationalError(
      'bad_config',
      'The demo runs in a clone of the repository: `npm ci && npm run demo`.',
      {
        cause: error,
      },
    );
  }
}

/** The configuration, with the model that the command line names. */
function configFor({ model }: RunFlags): Config {
  const config = readConfig();
  return model === undefined ? config : { ...config, model: { ...config.model, name: model } };
}

function limitsOf({ budget, steps }: RunFlags): RunLimits {
  return { ...defaultRunLimits, usd: budget, steps };
}

interface RunFlags extends AttemptFlags {
  model?: string;
  budget: number;
  steps: number;
}

interface FixFlags extends RunFlags {
  repo: string;
  issue: string;
  base: string;
  out?: string;
  keepSandbox: boolean;
  registries?: string;
  json: boolean;
}

interface EvalFlags extends RunFlags {
  instances: string;
  repos: string;
  out: string;
  workers: number;
  only?: string;
  gold?: 'all' | 'source';
  json: boolean;
}

/** Runs the command line and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const aborter = new AbortController();
  let interrupts = 0;
  const interrupt = () => {
    if (++interrupts > 1) process.exit(exitCodes.cancelled);
    if (process.stderr.isTTY) process.stderr.write('\nstopping; once more to leave at once\n');
    aborter.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  let code = 0;
  try {
    const end = (given: number) => {
      code = given;
    };
    await createProgram({ signal: aborter.signal, end }).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
    if (!(error instanceof OperationalError)) throw error;
    process.stderr.write(`${messageOf(error)}\n`);
    return exitCodes.failed;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
