import { OperationalError } from '../../core/errors.ts';
import type { Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import { hasFault } from '../connection/faults.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { named } from '../connection/repository-name.ts';

const path = '.github/ai-fix.yml';
const maximumBytes = 64 * 1024;

/** The repository's configuration as text, of a commit or branch; null when there is none. */
export async function readConfigFile(
  octokit: GitHubApi,
  repository: Repository,
  ref: string,
): Promise<string | null> {
  return readFile(octokit, repository, { ref });
}

/**
 * The same file of the default branch of the owner's `.github` repository, with an Octokit of `forOwnerDefaults`.
 * Null when there is none, and when the installation does not cover that repository: then no token can be had.
 */
export async function readOwnerDefaults(octokit: GitHubApi, repository: Repository): Promise<string | null> {
  try {
    return await readFile(octokit, { ...repository, name: '.github' }, {});
  } catch (error) {
    if (hasFault(error, 'validation', 'forbidden', 'no_access')) return null;
    throw error;
  }
}

async function readFile(
  octokit: GitHubApi,
  repository: Repository,
  where: { ref?: string },
): Promise<string | null> {
  const answer = await orNull(octokit.rest.repos.getContent({ ...named(repository), path, ...where }));
  const file = answer?.data;
  if (file === undefined || Array.isArray(file) || file.type !== 'file') return null;
  if (file.size > maximumBytes || file.encoding !== 'base64') {
    throw new OperationalError(
      'bad_config',
      `${repository.owner}/${repository.name}: ${path} has ${file.size} bytes, more than the ${maximumBytes} that a configuration may have.`,
    );
  }
  return Buffer.from(file.content, 'base64').toString('utf8');
}
