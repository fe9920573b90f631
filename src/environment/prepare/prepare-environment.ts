import { createHash } from 'node:crypto';
import type { Environment, EnvironmentPlan } from '../../core/environment.ts';
import { hasCode, OperationalError } from '../../core/errors.ts';
import { absentContent } from './absent-content.ts';
import { install, type SetupNeeded } from './install.ts';
import { keepEnvironment } from './keep-environment.ts';
import type { Preparation, PreparationPorts } from './preparation.ts';
import { withAccess } from './registry-access.ts';
import { setUp } from './set-up.ts';
import { tryBuilds } from './try-builds.ts';

/** Raised when what an environment image holds changes its meaning: older ones are then not used any more. */
const formatVersion = 1;

const maximumSetups = 4;

/** Finds the environment that a plan was installed into before, or installs it and keeps it as an image. */
export async function prepareEnvironment(
  plan: EnvironmentPlan,
  ports: PreparationPorts,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<{ environment: Environment; cached: boolean }> {
  const key = await environmentKey(plan, ports);
  for (const environment of await ports.find(key)) {
    if (await ports.isInHistory(environment.base)) return { environment, cached: true };
  }
  try {
    return { environment: await build(plan, { key, ports, say, signal }), cached: false };
  } catch (error) {
    if (!hasCode(error, 'sandbox_died')) throw error;
    throw new OperationalError('install_failed', `The installation did not end: ${error.message}`, {
      cause: error,
    });
  }
}

async function environmentKey(plan: EnvironmentPlan, ports: PreparationPorts): Promise<string> {
  const contents = await ports.files.ids(plan.keyFiles);
  const access = ports.registries.size === 0 ? [] : [[...ports.registries.keys()]];
  const parts = [formatVersion, ports.scope, plan, contents, ...access];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Installations that fail for want of a library tell which: then the system is set up with it, and all begins anew. */
async function build(plan: EnvironmentPlan, preparation: Preparation): Promise<Environment> {
  const notes: string[] = [];
  let { setup } = plan;
  for (;;) {
    const built = await buildWith({ ...plan, setup }, notes, preparation);
    if (!('needs' in built)) return built;
    if (notes.length >= maximumSetups) throw stillLacking(built);
    setup = [...setup, ...built.needs];
    notes.push(built.note);
  }
}

function stillLacking({ note }: SetupNeeded): OperationalError {
  return new OperationalError(
    'install_failed',
    `The dependencies could not be installed: the system was set up with more ${maximumSetups} times, and still ${note}. Say in .github/ai-fix.yml under \`setup\` what is needed.`,
  );
}

async function buildWith(
  plan: EnvironmentPlan,
  notes: readonly string[],
  preparation: Preparation,
): Promise<Environment | SetupNeeded> {
  const { ports, say, signal } = preparation;
  const { registries, installVariables: variables } = ports;
  await using sandbox = await ports.open(await setUp(plan.setup, ports, say, signal));
  const lacking = await ports.placeTip(sandbox);
  const installed = await withAccess(sandbox, registries, (shell) =>
    install({ shell, say, signal }, plan, { variables, hasAccess: registries.size > 0 }),
  );
  if ('needs' in installed) return installed;
  const built = await tryBuilds({ shell: sandbox, say, signal }, installed);
  const absent = [...notesOn(lacking), ...(await absentContent(sandbox, ports.files))];
  const noted = { ...built, notes: [...notes, ...absent, ...built.notes] };
  return await keepEnvironment(sandbox, noted, preparation);
}

/** A copy of a repository may have been made without its largest files. */
function notesOn(lacking: readonly string[]): string[] {
  if (lacking.length === 0) return [];
  const [first, ...others] = lacking;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [`this copy of the repository does not hold ${first}${more}: tests that need it fail`];
}
