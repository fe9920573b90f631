import { createHash } from 'node:crypto';
import { mkdir, rename, utimes } from 'node:fs/promises';
import { messageOf, OperationalError } from '../core/errors.ts';
import { type GitDirectory, git, gitText } from './git.ts';

export interface MirrorSource {
  /** Where the repository is cloned from: `https://github.com/owner/name.git`, without credentials. */
  url: string;
  /** Asked for a token only when something has to be fetched; null reads without one. */
  token: (() => Promise<string>) | null;
  /** The commit that must be there, with its history. Nothing else is asked for. */
  commit: string;
  /** The branch it is on. The mirror keeps one commit a branch, to fetch only what is new. */
  branch: string;
  /** More variables for git's network calls: proxies, certificates. */
  network?: Record<string, string>;
  signal?: AbortSignal;
}

/** Old repositories hold objects with these harmless faults, which no tool would write today. */
const toleratedFaults = [
  'badTimezone',
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badName',
  'extraHeaderEntry',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingTaggerEntry',
  'multipleAuthors',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
  'gitmodulesParse',
].map((fault) => `fetch.fsck.${fault}=ignore`);

/** Received objects are checked as `git fsck` would and stay in one pack, and a connection that gives nothing for a minute is given up. */
const fetchSettings = [
  'fetch.fsckObjects=true',
  'fetch.unpackLimit=1',
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
  ...toleratedFaults,
].flatMap((setting) => ['-c', setting]);

/** The last call for each directory that is not over. */
const pending = new Map<string, Promise<unknown>>();

/** Whatever is done to a directory is done one after the other. */
function inTurn<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  const earlier = pending.get(directory) ?? Promise.resolve();
  const current = earlier.catch(() => {}).then(work);
  pending.set(directory, current);
  const forget = () => {
    if (pending.get(directory) === current) pending.delete(directory);
  };
  void current.then(forget, forget);
  return current;
}

/**
 * A bare mirror of a remote repository in that directory, made or brought up to date so that it holds the commit
 * and its ancestry. Calls for the same directory come one after the other. The directory's time says when it was last
 * used. Rejects with `unknown_revision` when the repository has no such commit, and with `git_failed`; the token is in
 * no error.
 */
export function openMirror(directory: string, source: MirrorSource): Promise<GitDirectory> {
  return inTurn(directory, () => bringUpToDate(directory, source));
}

/** Moves a mirror to another place in one step, unless somebody uses it; true when it was moved. */
export function moveAway(directory: string, to: string, isInUse: () => boolean): Promise<boolean> {
  return inTurn(directory, async () => {
    if (isInUse()) return false;
    await rename(directory, to);
    return true;
  });
}

async function bringUpToDate(directory: string, source: MirrorSource): Promise<GitDirectory> {
  const mirror: GitDirectory = { path: directory, objectFormat: 'sha1' };
  if (!/^[0-9a-f]{40}$/.test(source.commit)) throw unknownCommit(source);
  await mkdir(directory, { recursive: true });
  await git(mirror, ['init', '--quiet', '--bare', '--template=', '--object-format=sha1', directory]);
  if (!(await isWhole(mirror, source.commit))) {
    await fetchCommit(mirror, source);
    await keepCompact(mirror);
  }
  await utimes(directory, new Date(), new Date());
  return mirror;
}

/** Whether the commit is in the history of one that was fetched whole; objects alone may be what a broken fetch left. */
async function isWhole(mirror: GitDirectory, commit: string): Promise<boolean> {
  const contains = ['for-each-ref', '--count=1', `--contains=${commit}`, 'refs/ai-fix/'];
  return (await gitText(mirror, contains).catch(() => '')) !== '';
}

async function fetchCommit(mirror: GitDirectory, source: MirrorSource): Promise<void> {
  const { url, commit, branch, network, signal } = source;
  const protocol = protocolOf(url);
  // a branch's name cannot be used as it is: `a` and `a/b` cannot both be there
  const ref = `refs/ai-fix/${createHash('sha256').update(branch).digest('hex').slice(0, 16)}`;
  const token = (await source.token?.()) ?? null;
  const options = {
    env: { ...network, ...(token === null ? {} : credentials(url, token)) },
    ...(signal === undefined ? {} : { signal }),
  };
  const settings = ['-c', `protocol.${protocol}.allow=always`, ...fetchSettings];
  const flags = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-gc'];
  try {
    await git(
      mirror,
      [...settings, 'fetch', ...flags, '--end-of-options', url, `+${commit}:${ref}`],
      options,
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw fetchError(source, token, error);
  }
}

/** Every look-up may search each of them. */
const maximumPacks = 20;

/**
 * Joins what many small fetches left into few packs, the largest untouched. No object is dropped, and runs that read
 * from the mirror meanwhile find theirs in the new pack.
 */
async function keepCompact(mirror: GitDirectory): Promise<void> {
  const report = await gitText(mirror, ['count-objects', '-v']);
  const packs = Number(/^packs: (\d+)$/m.exec(report)?.[1] ?? 0);
  if (packs > maximumPacks) await git(mirror, ['repack', '--quiet', '--geometric=2', '-d']);
}

/** https; http only on this host itself, for tests and demos. Rejects all others. */
function protocolOf(url: string): 'https' | 'http' {
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol === 'https:') {
    if (username !== '' || password !== '') throw new Error('A URL to clone from must not hold credentials.');
    return 'https';
  }
  if (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return 'http';
  throw new OperationalError(
    'git_failed',
    `Repositories are fetched over https only, not from ${url}: set GITHUB_SERVER_URL to an https address.`,
  );
}

/** A header for this one server and process: in no argument, no file and no URL. */
function credentials(url: string, token: string): Record<string, string> {
  const { origin } = new URL(url);
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic(token)}`,
  };
}

function basic(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString('base64');
}

/** What git says when a server, or the way to it, is broken: mostly over after a while. */
const networkFaults =
  /Could not resolve host|Failed to connect|Connection (refused|reset|timed out)|Operation too slow|timed out|early EOF|RPC failed|hung up unexpectedly|returned error: (5\d\d|429)|Empty reply|SSL_ERROR|TLS connection/i;

/** In words, with the token taken out wherever git or the server might have said it. */
function fetchError(source: MirrorSource, token: string | null, error: unknown): OperationalError {
  const said = messageOf(error);
  if (/not our ref|unadvertised object/.test(said)) return unknownCommit(source);
  const secrets = token === null ? [] : [token, basic(token)];
  const words = secrets.reduce((text, secret) => text.replaceAll(secret, '[token]'), said);
  if (networkFaults.test(words))
    return new OperationalError(
      'github_unreachable',
      `${source.url} gives no usable answer to git. ${words}`,
    );
  const what = /403|401|could not read Username|not found/i.test(words)
    ? `The repository ${source.url} could not be read: it is gone, or the App has no access to it any more`
    : `The repository ${source.url} could not be fetched`;
  return new OperationalError('git_failed', `${what}. ${words}`);
}

function unknownCommit({ url, commit, branch }: MirrorSource): OperationalError {
  return new OperationalError(
    'unknown_revision',
    `${url} has no commit ${commit} (any more), where ${branch} was: the branch was rewritten. Ask again to work on what it is now.`,
  );
}
