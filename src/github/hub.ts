import type { WrittenImage } from '../core/issue-image.ts';
import { labelName, type Repository } from '../core/trigger.ts';
import { parseMarkers } from '../text/markers.ts';
import type { Redact } from '../text/redact.ts';
import { createCheck, listFailedChecks, updateCheck } from './checks.ts';
import type { AppIdentity, GitHub } from './client.ts';
import { listClosingPulls } from './closing-pulls.ts';
import { editComment, listComments, type OurText, postComment } from './comments.ts';
import { readConfigFile, readOwnerDefaults } from './config-files.ts';
import { findMergeBase, getBranch } from './git-data.ts';
import { askAgain, listAttempts } from './hook.ts';
import { readImages } from './images.ts';
import { listInstallations } from './installations.ts';
import { ensureLabel, getIssue, permissionOf, removeLabel } from './issues.ts';
import { installationOf, lastLabelling, repositoryId, searchLabelled } from './labelled-issues.ts';
import { createPublishPort } from './publish-port.ts';
import { getPull, requestReviewer, updatePull } from './pulls.ts';
import { type Reaction, type ReactionTarget, react, unreact } from './reactions.ts';
import { getPullTemplate, getRepository } from './repositories.ts';
import { listReviews, listReviewThreads, replyInThread } from './reviews.ts';

const label = {
  name: labelName,
  color: '0e8a16',
  description: 'Have ai-fix work on this issue and open a tested pull request',
};

/** GitHub for triggers and runs, reading: implements run's `Hub`. */
export function createHub(github: GitHub) {
  return {
    me: (repository: Repository) => github.appIdentity(repository),
    on: (repository: Repository) => readerOf(github, repository),
  };
}

function readerOf(github: GitHub, repository: Repository) {
  const octokit = github.forRepository(repository, 'read');
  return {
    about: () => getRepository(octokit, repository),
    permission: permissionOf.bind(null, octokit, repository),
    config: (ref: string) => readConfigFile(octokit, repository, ref),
    ownerConfig: () => readOwnerDefaults(github.forOwnerDefaults(repository), repository),
    branch: (name: string) => getBranch(octokit, repository, name),
    mergeBase: (base: string, head: string) => findMergeBase(octokit, repository, base, head),
    issue: (number: number) => getIssue(octokit, repository, number),
    images: (issue: number, images: readonly WrittenImage[]) =>
      readImages(octokit, repository, issue, images),
    pull: (number: number) => getPull(octokit, repository, number),
    async closingPulls(issue: number) {
      const pulls = await listClosingPulls(octokit, repository, issue);
      return pulls.map(({ number, url, state, merged, author }) => {
        return { number, url, author, state: merged ? ('merged' as const) : state };
      });
    },
    comments: (number: number) => listComments(octokit, repository, number),
    async reviews(pull: number) {
      const reviews = await listReviews(octokit, repository, pull);
      return reviews.map(({ id, author, body, submittedAt }) => ({
        id,
        author,
        body,
        createdAt: submittedAt,
      }));
    },
    async threads(pull: number) {
      const threads = await listReviewThreads(octokit, repository, pull);
      return threads.map(({ id, comments }) => {
        const [{ path, line, originalLine }] = comments;
        return { id, path, line: line ?? originalLine, comments };
      });
    },
    async failedChecks(commit: string) {
      return listFailedChecks(octokit, repository, commit, await github.appIdentity(repository));
    },
    pullTemplate: (ref: string) => getPullTemplate(octokit, repository, ref),
  };
}

/** GitHub as seen by those who look for missed webhooks: implements run's `SweepHub`. */
export function createSweepHub(github: GitHub, host: string) {
  const app = github.forApp();
  return {
    attempts: (since: Date) => listAttempts(app, since),
    askAgain: (attempt: number) => askAgain(app, attempt),
    installations: () => listInstallations(app),
    search: (installation: number, owner: string, since: Date) =>
      searchLabelled(github.forInstallation(installation), owner, since),
    async repository(installation: number, owner: string, name: string): Promise<Repository | null> {
      if ((await installationOf(app, owner, name)) !== installation) return null;
      const id = await repositoryId(github.forInstallation(installation), owner, name);
      return id === null ? null : { host, installation, id, owner, name };
    },
    lastLabelling: (repository: Repository, number: number) =>
      lastLabelling(github.forRepository(repository, 'read'), repository, number),
  };
}

/** GitHub for the App's own words on one repository: implements run's `Desk`. Secrets are taken out of all of them. */
export async function createDesk(github: GitHub, repository: Repository, redact: Redact) {
  const octokit = github.forRepository(repository, 'report');
  // asked when it is needed: where the App is shut out, its last words fail and not what they are about
  const me = () => github.appIdentity(repository);
  return {
    react: (target: ReactionTarget, reaction: Reaction) => react(octokit, repository, target, reaction),
    async unreact(target: ReactionTarget, reaction: Reaction) {
      await unreact(octokit, repository, target, reaction, await me());
    },
    ensureLabel: () => ensureLabel(octokit, repository, label),
    removeLabel: (number: number) => removeLabel(octokit, repository, number, label.name),
    async comment(number: number, body: string) {
      return (await postComment(octokit, repository, number, redact(body), oursLike(body, await me()))).id;
    },
    editComment: (id: number, body: string) => editComment(octokit, repository, id, redact(body)),
    async reply(pull: number, thread: number, body: string) {
      await replyInThread(octokit, repository, pull, thread, redact(body), oursLike(body, await me()));
    },
    async createCheck(check: Omit<Parameters<typeof createCheck>[2], 'detailsUrl'>) {
      const said = { ...withoutSecrets(check, redact), detailsUrl: null };
      return createCheck(octokit, repository, said, await me());
    },
    updateCheck: (id: number, state: Parameters<typeof updateCheck>[3]) =>
      updateCheck(octokit, repository, id, withoutSecrets(state, redact)),
    updatePull: (number: number, texts: { title?: string; body: string }) =>
      updatePull(octokit, repository, number, { ...texts, body: redact(texts.body) }),
    async requestReviewer(pull: number, login: string) {
      await requestReviewer(octokit, repository, pull, login);
    },
  };
}

/** GitHub for publishing to one repository: implements publish's `PublishPort`, with the same care for secrets. */
export async function createPublisher(github: GitHub, repository: Repository, redact: Redact) {
  const me = await github.appIdentity(repository);
  const port = createPublishPort(github.forRepository(repository, 'publish'), repository, me);
  return {
    ...port,
    writeCommit: (commit: Parameters<typeof port.writeCommit>[0]) =>
      port.writeCommit({ ...commit, message: redact(commit.message) }),
    openPull: (pull: Parameters<typeof port.openPull>[0]) =>
      port.openPull({ ...pull, title: redact(pull.title), body: redact(pull.body) }),
  };
}

function withoutSecrets<Texts extends { title: string; summary: string }>(
  texts: Texts,
  redact: Redact,
): Texts {
  return { ...texts, title: redact(texts.title), summary: redact(texts.summary) };
}

/** The same text again, by the marker in its first line. */
function oursLike(body: string, me: AppIdentity): OurText {
  const [mine] = parseMarkers(body);
  if (mine === undefined) throw new Error('a comment without a marker could not be found again');
  const isIt = (other: string) =>
    parseMarkers(other).some(({ kind, run }) => kind === mine.kind && run === mine.run);
  return { me, name: `${mine.kind} ${mine.run}`, isIt };
}
