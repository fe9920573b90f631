import { OperationalError } from '../../core/errors.ts';
import type { Published } from '../../core/published.ts';
import type { RunRecord } from '../../core/run-record.ts';
import { type PublishPort, publishMore, publishNew } from '../../publish/publish.ts';
import { commitMessage } from '../../report/pull-request/commit-message.ts';
import { pullRequestTitle } from '../../report/pull-request/plain-title.ts';
import { renderPullRequest } from '../../report/pull-request/pull-request-body.ts';
import { parsePullRequest } from '../../report/pull-request/pull-request-sections.ts';
import type { RunFacts } from '../../report/run-facts.ts';
import { printMarker } from '../../text/markers.ts';
import { neutralize } from '../../text/neutralize.ts';
import type { RepositoryReader, RepositoryWriter } from '../github-ports.ts';
import type { Publish } from '../task.ts';

export interface PublisherPorts {
  port: PublishPort;
  reader: RepositoryReader;
  writer: RepositoryWriter;
  facts(): RunFacts;
  /** Milliseconds since 1970. */
  clock(): number;
  onError(error: unknown): void;
}

/** Publishes what a run has tested: a draft pull request, or one more commit on the one that was retried. */
export function createPublisher(run: RunRecord, ports: PublisherPorts): Publish {
  const { request } = run;
  return async (change) => {
    const { pull, actor, repository, base } = request;
    const publication = {
      run: run.id,
      host: repository.host,
      base,
      message: commitMessage(request, ports.facts()),
      coAuthors: actor.bot ? [] : [actor],
    };
    const published =
      pull === null
        ? await publishNew(
            change,
            { ...publication, issue: request.issue, pull: await newPull(run, ports) },
            ports.port,
          )
        : await addTo(pull.number);
    if (pull === null && !actor.bot)
      await ports.writer.requestReviewer(published.pull, actor.login).catch(ports.onError);
    return published;

    async function addTo(number: number): Promise<Published> {
      const result = await publishMore(change, { ...publication, pull: number }, ports.port);
      if (result.kind === 'head_moved') throw headMoved(number, result.head);
      await describeAnew(run, number, ports).catch(ports.onError); // the commit is there, and that is what counts
      return result.published;
    }
  };
}

async function newPull(run: RunRecord, ports: PublisherPorts): Promise<{ title: string; body: string }> {
  const template = await ports.reader.pullTemplate(run.request.base.commit);
  return { title: pullRequestTitle(run.request), body: bodyOf(run, ports, { template, earlier: null }) };
}

/** The new proof goes before the earlier ones; what people wrote into the description stays. */
async function describeAnew(run: RunRecord, number: number, ports: PublisherPorts): Promise<void> {
  const pull = await ports.reader.pull(number);
  const earlier = pull === null ? null : parsePullRequest(pull.body);
  await ports.writer.updatePull(number, bodyOf(run, ports, { template: null, earlier }));
}

function bodyOf(
  run: RunRecord,
  { facts, clock }: PublisherPorts,
  around: Pick<Parameters<typeof renderPullRequest>[0], 'template' | 'earlier'>,
): string {
  const marker = printMarker({ kind: 'pull_request', run: run.id });
  return renderPullRequest({
    marker,
    request: run.request,
    facts: facts(),
    run,
    now: clock(),
    texts: { neutralize },
    ...around,
  });
}

function headMoved(pull: number, head: string): OperationalError {
  return new OperationalError(
    'publish_failed',
    `Somebody pushed to pull request ${pull} while this was tested (its head is ${head.slice(0, 7)} now). Nothing was overwritten: ask for a retry on top of it.`,
  );
}
