import { hasCode } from '../../core/errors.ts';
import type { RunEnd, RunRecord, StoredEvent } from '../../core/run-record.ts';
import { factsOf } from '../../report/run-facts.ts';
import { renderCheck } from '../../report/status/check.ts';
import { threadReply } from '../../report/status/replies.ts';
import { renderDamaged, renderStatus } from '../../report/status/status-comment.ts';
import { printMarker } from '../../text/markers.ts';
import type { RepositoryWriter } from '../github-ports.ts';
import { reactionTarget } from './reaction-target.ts';
import { createReporter } from './reporter.ts';
import { unlessLimited } from './unless-limited.ts';

/** Tells people of one run, everywhere they look: the status comment, the check, the reaction, the review threads. */
export interface Announcer extends AsyncDisposable {
  note(event: StoredEvent): void;
  /** Tells how it is going now, if that can be told. */
  tell(): Promise<void>;
  /** Other writes go first while it is held. */
  hold(): Disposable;
  /** What the run came to. Rejects only when it is worth trying again later. */
  conclude(end: RunEnd): Promise<void>;
}

export interface AnnouncerPorts {
  writer: RepositoryWriter;
  keep(facts: RunRecord['posted']): Promise<void>;
  onError(error: unknown): void;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** Posts the status comment, or finds the one that is there. `events` are those of an earlier attempt. */
export async function createAnnouncer(
  run: RunRecord,
  events: readonly StoredEvent[],
  ports: AnnouncerPorts,
): Promise<Announcer> {
  const { writer, keep, onError, clock } = ports;
  const { request } = run;
  const conversation = request.pull?.number ?? request.issue.number;
  const log = [...events];
  let end: RunEnd | null = null;
  let { statusComment, checkRun } = run.posted;

  const about = () => ({ request, facts: factsOf(log), run: { ...run, end }, now: clock() });
  const render = () => renderStatus({ marker: marker('status', run.id), ...about() });
  const reporter = createReporter({ send: post, render, onError });

  async function post(text: string): Promise<void> {
    if (statusComment !== undefined && (await writer.editComment(statusComment, text))) return;
    if (statusComment !== undefined && end === null) return; // somebody deleted it: only the end is told again
    statusComment = await writer.comment(conversation, text);
    await keep({ statusComment });
  }

  async function check(commit: string): Promise<void> {
    const { name, ...state } = renderCheck(about());
    if (checkRun !== undefined) return writer.updateCheck(checkRun, state);
    checkRun = await writer.createCheck({ name, commit, run: run.id, ...state });
    await keep({ checkRun });
  }

  const bestEffort = (work: Promise<unknown>) => work.catch(onError);
  const patiently = (work: Promise<unknown>) => unlessLimited(work, onError);
  await bestEffort(reporter.flush());
  if (request.pull !== null) await bestEffort(check(request.base.commit));

  return {
    note(event) {
      log.push(event);
      reporter.note();
    },
    tell: () => bestEffort(reporter.flush()).then(() => {}),
    hold: reporter.hold,
    async conclude(given) {
      end = given;
      await unlessFinal(reporter.flush(), onError);
      if (given.published !== null && checkRun !== undefined) {
        // the check of the former head is done; the pushed commit gets its own
        await patiently(check(request.base.commit));
        checkRun = undefined;
      }
      const commit = given.published?.commit ?? (request.pull === null ? null : request.base.commit);
      if (commit !== null) await patiently(check(commit));
      if (request.pull !== null) await patiently(answerThreads());
      if (request.place.kind === 'label') await patiently(writer.removeLabel(request.issue.number));
      await patiently(swapReaction());
    },
    async [Symbol.asyncDispose]() {
      await reporter[Symbol.asyncDispose]();
    },
  };

  async function answerThreads(): Promise<void> {
    for (const { id, about: place } of request.pull?.threads ?? []) {
      const body = `${marker('reply', `${run.id}-${id}`)}\n${threadReply(about(), place)}`;
      await writer.reply(conversation, id, body);
    }
  }

  async function swapReaction(): Promise<void> {
    const target = reactionTarget(request.place, request.issue.number);
    if (target === null) return;
    await writer.unreact(target, 'eyes');
    await writer.react(target, end?.outcome === 'proven' ? 'rocket' : 'confused');
  }
}

/** Says that a run has ended whose request cannot be read, where its status comment is. */
export async function announceDamaged(
  { id, posted: facts }: RunRecord,
  why: string,
  writer: RepositoryWriter,
): Promise<void> {
  const text = renderDamaged({ marker: marker('status', id), id, why });
  if (facts.statusComment !== undefined) await writer.editComment(facts.statusComment, text);
}

function marker(kind: 'status' | 'reply', run: string): string {
  return printMarker({ kind, run });
}

const final = ['github_not_found', 'github_forbidden', 'github_rejected'] as const;

/** Nobody can be told where the repository is gone or the App is shut out: trying again would never end. */
async function unlessFinal(work: Promise<void>, onError: (error: unknown) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    onError(error);
    if (!hasCode(error, ...final)) throw error;
  }
}
