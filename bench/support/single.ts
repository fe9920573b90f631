import { setTimeout as sleep } from 'node:timers/promises';
import type { AppConfig } from '../../src/app-config.ts';
import type { RunEnd } from '../../src/core/run-record.ts';
import type { Judgement, Labelled, Load } from './load.ts';
import { type Member, type MemberOptions, startMember } from './member.ts';

/** The App in one process on its embedded database, at work on issues as they come. */
export interface Single extends AsyncDisposable {
  member: Member;
  /** Labels so many issues, a few at once, and judges each when its run has ended. */
  work(count: number, options?: WorkOptions): Promise<Judgement[]>;
}

interface WorkOptions {
  /** How many issues wait or are worked on at a time. */
  atOnce?: number;
  /** How long one may take. */
  withinMs?: number;
  onEnd?(ended: number): Promise<void>;
}

export interface SingleOptions extends Partial<Pick<MemberOptions, 'env' | 'dataDirectory'>> {
  name: string;
  config?: Partial<AppConfig>;
}

const betweenLooksMs = 500;

export async function startSingle(load: Load, { name, ...options }: SingleOptions): Promise<Single> {
  const member = await startMember(load, { name, roles: { web: true, work: true }, ...options });
  const host = new URL(load.github.serverUrl).host;
  const endOf = async ({ repository, number }: Labelled): Promise<RunEnd | null> => {
    const run = await member.app.latest({ host, id: repository.id }, number);
    return run?.state === 'ended' ? run.end : null;
  };
  return {
    member,
    async work(count, { atOnce = 4, withinMs = 240_000, onEnd } = {}) {
      const judgements: Judgement[] = [];
      let open: Labelled[] = [];
      let labelled = 0;
      while (judgements.length < count) {
        const { repositories } = load;
        const next = repositories[labelled % repositories.length];
        if (labelled < count && open.length < atOnce && next !== undefined) {
          open.push(...(await load.label(1, [next])));
          labelled += 1;
          continue;
        }
        for (const issue of open) {
          const end = await endOf(issue);
          if (end === null && performance.now() - issue.at < withinMs) continue;
          judgements.push(await load.judge(issue, end));
          open = open.filter((other) => other !== issue);
          await onEnd?.(judgements.length);
        }
        await sleep(betweenLooksMs);
      }
      return judgements;
    },
    [Symbol.asyncDispose]: () => member[Symbol.asyncDispose](),
  };
}

/** Builds every repository's environment, and takes the first run for what all should come to. */
export async function warmUpSingle(load: Load, single: Single): Promise<void> {
  const judgements = await single.work(load.repositories.length);
  const [first] = judgements;
  if (first === undefined) throw new Error('there is no repository');
  await load.takeAsModel(first.issue);
}
