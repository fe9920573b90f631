import { labelName, type Repository } from '../core/trigger.ts';
import { parseMarkers } from '../text/markers.ts';
import type { Redact } from '../text/redact.ts';
import { createCheck, updateCheck } from './calls/checks.ts';
import { editComment, type OurText, postComment } from './calls/comments.ts';
import { ensureLabel, removeLabel } from './calls/issues.ts';
import { requestReviewer, updatePull } from './calls/pulls.ts';
import { type Reaction, type ReactionTarget, react, unreact } from './calls/reactions.ts';
import { replyInThread } from './calls/reviews.ts';
import type { AppIdentity, GitHub } from './connection/client.ts';

const label = {
  name: labelName,
  color: '0e8a16',
  description: 'Have ai-fix work on this issue and open a tested pull request',
};

/** The App's own words on one repository: implements run's `RepositoryWriter`. Secrets are taken out of all of them. */
export async function createRepositoryWriter(github: GitHub, repository: Repository, redact: Redact) {
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
    async createCheck(check: Parameters<typeof createCheck>[2]) {
      return createCheck(octokit, repository, withoutSecrets(check, redact), await me());
    },
    updateCheck: (id: number, state: Parameters<typeof updateCheck>[3]) =>
      updateCheck(octokit, repository, id, withoutSecrets(state, redact)),
    updatePull: (number: number, body: string) => updatePull(octokit, repository, number, redact(body)),
    async requestReviewer(pull: number, login: string) {
      await requestReviewer(octokit, repository, pull, login);
    },
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
