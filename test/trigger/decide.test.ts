import { describe, expect, it } from 'vitest';
import type { BotCommandName, Trigger, Withdrawal } from '../../src/core/trigger.ts';
import { decide, withdrawalReason } from '../../src/trigger/decide.ts';
import type { DecisionFacts, Permission, PullFacts, SubjectFacts } from '../../src/trigger/facts.ts';

type Asked = Extract<Trigger, { kind: 'asked' }>;
type Away = Exclude<Trigger, Asked>;

const repository = { host: 'github.com', installation: 5, id: 1, owner: 'o', name: 'r' };
const ann = { id: 7, login: 'ann', bot: false };
const bob = { id: 8, login: 'bob', bot: false };
const live = { id: 'run1', askedAt: '2026-11-24T10:00:00Z' };
const pull = (change: Partial<PullFacts> = {}): PullFacts => ({
  number: 30,
  url: 'https://x.y/30',
  state: 'open',
  ours: true,
  ...change,
});

function asked(name: BotCommandName, on: 'issue' | 'pull_request' = 'issue', label = false): Asked {
  return {
    kind: 'asked',
    repository,
    subject: { kind: on, number: on === 'issue' ? 12 : 30 },
    command: { name, words: '' },
    place: label ? { kind: 'label' } : { kind: 'comment', id: 1 },
    actor: ann,
  };
}

function facts(
  change: Partial<Omit<DecisionFacts, 'subject'>> & { subject?: Partial<SubjectFacts> } = {},
): DecisionFacts {
  const { subject, ...rest } = change;
  return {
    permission: 'write',
    config: { paused: false, allowed: true },
    repository: { archived: false, issuesEnabled: true },
    liveRun: null,
    labelling: null,
    ...rest,
    subject: { state: 'open', locked: false, assignees: [], pull: null, closedBy: [], ...subject },
  };
}

const onPull = (change: Partial<PullFacts> = {}) => facts({ subject: { pull: pull(change) } });
const config = (change: Partial<DecisionFacts['config']>) =>
  facts({ config: { paused: false, allowed: true, ...change } });

describe('who may', () => {
  const rights: [Permission, string, string][] = [
    ['admin', 'run', 'answer'],
    ['maintain', 'run', 'answer'],
    ['write', 'run', 'answer'],
    ['triage', 'refuse', 'answer'],
    ['read', 'refuse', 'ignore'],
    ['none', 'refuse', 'ignore'],
  ];
  it.each(rights)(
    'with the right to %s a fix ends in %s, status and help in %s',
    (permission, fix, status) => {
      expect(decide(asked('fix'), facts({ permission })).kind).toBe(fix);
      expect(decide(asked('fix', 'issue', true), facts({ permission })).kind).toBe(fix);
      expect(decide(asked('status'), facts({ permission })).kind).toBe(status);
      expect(decide(asked('help'), facts({ permission })).kind).toBe(status);
    },
  );

  it('people who can triage are told why, strangers cannot make us write', () => {
    for (const name of ['fix', 'retry', 'stop'] as const) {
      expect(decide(asked(name), facts({ permission: 'triage', liveRun: live }))).toMatchObject({
        kind: 'refuse',
        how: 'comment',
        message: expect.stringContaining('write access'),
      });
      for (const permission of ['read', 'none'] as const) {
        const decision = decide(asked(name), facts({ permission, liveRun: live }));
        expect(decision).toMatchObject({ kind: 'refuse', how: 'reaction' });
      }
    }
  });

  it('no bot may, whatever its rights', () => {
    const trigger = { ...asked('fix'), actor: { ...ann, bot: true } } as Asked;
    expect(decide(trigger, facts({ permission: 'admin' })).kind).toBe('ignore');
  });
});

describe('a fix', () => {
  it('runs on an open issue', () => {
    expect(decide(asked('fix'), facts())).toEqual({ kind: 'run', issue: 12 });
  });

  it.each<[string, DecisionFacts, string]>([
    ['ai-fix is paused', config({ paused: true }), 'paused'],
    ['the repository is not on the list', config({ allowed: false }), 'not on the list'],
    ['the issue is closed', facts({ subject: { state: 'closed' } }), 'Reopen it'],
    ['the conversation is locked', facts({ subject: { locked: true } }), 'locked'],
    [
      'somebody has an open pull request',
      facts({ subject: { closedBy: [pull({ ours: false })] } }),
      '[#30](https://x.y/30)',
    ],
    ['we have an open pull request', facts({ subject: { closedBy: [pull()] } }), '/deepseek retry'],
    ['somebody is assigned', facts({ subject: { assignees: [bob] } }), 'assigned to bob'],
  ])('is refused in words when %s', (_, given, words) => {
    expect(decide(asked('fix'), given)).toEqual({
      kind: 'refuse',
      how: 'comment',
      message: expect.stringContaining(words),
    });
  });

  it.each<[string, DecisionFacts]>([
    [
      'pull requests for it are closed',
      facts({ subject: { closedBy: [pull({ state: 'closed' }), pull({ ours: false, state: 'merged' })] } }),
    ],
    ['only the one who asks is assigned', facts({ subject: { assignees: [ann] } })],
    ['the one who asks is assigned with others', facts({ subject: { assignees: [bob, ann] } })],
    ['only a bot is assigned', facts({ subject: { assignees: [{ ...bob, bot: true }] } })],
  ])('runs although %s', (_, given) => {
    expect(decide(asked('fix'), given).kind).toBe('run');
  });

  it('is refused on a pull request, with what to do instead', () => {
    expect(decide(asked('fix', 'pull_request'), onPull())).toMatchObject({
      message: expect.stringContaining('/deepseek retry'),
    });
    expect(decide(asked('fix', 'pull_request'), onPull({ ours: false }))).toMatchObject({
      message: expect.stringContaining('to an issue'),
    });
  });

  it.each<[string, DecisionFacts]>([
    ['the repository is archived', facts({ repository: { archived: true, issuesEnabled: true } })],
    ['issues are switched off', facts({ repository: { archived: false, issuesEnabled: false } })],
  ])('is ignored when %s: nobody could be answered', (_, given) => {
    expect(decide(asked('fix'), given).kind).toBe('ignore');
  });
});

describe('a late webhook', () => {
  const labelling = { isOn: true, isClosedSince: false, isServed: false, mayBeEdited: false };
  const late = (change: Partial<typeof labelling>, permission: Permission = 'write') =>
    facts({ permission, labelling: { ...labelling, ...change } });

  it('of a label starts a run while the label is on and nothing was made of it', () => {
    expect(decide(asked('fix', 'issue', true), late({})).kind).toBe('run');
  });

  it.each([
    ['is off again', { isOn: false }],
    ['was given before the issue was closed', { isClosedSince: true }],
    ['was answered before', { isServed: true }],
  ])('of a label that %s does nothing, also for people who may not ask', (_, change) => {
    const nothing = { kind: 'ignore', react: null };
    expect(decide(asked('fix', 'issue', true), late(change))).toMatchObject(nothing);
    expect(decide(asked('fix', 'issue', true), late(change, 'triage'))).toMatchObject(nothing);
  });

  it('of a label on a text that may be another by now is refused, with what to do', () => {
    expect(decide(asked('fix', 'issue', true), late({ mayBeEdited: true }))).toMatchObject({
      kind: 'refuse',
      message: expect.stringContaining('take the label off and add it anew'),
    });
  });

  it('of a stop ends no run that was asked for after it', () => {
    const stop = { ...asked('stop'), at: '2026-11-24T09:59:59Z' } as Asked;
    expect(decide(stop, facts({ liveRun: live }))).toMatchObject({ kind: 'ignore' });
    expect(decide({ ...stop, at: live.askedAt }, facts({ liveRun: live })).kind).toBe('cancel');
  });
});

describe('a second wish during a run', () => {
  it('is seen when it is a label, and answered when it is a command', () => {
    const given = facts({ liveRun: live });
    expect(decide(asked('fix', 'issue', true), given)).toMatchObject({ kind: 'ignore', react: 'eyes' });
    for (const name of ['fix', 'retry'] as const) {
      expect(decide(asked(name), given)).toMatchObject({
        kind: 'answer',
        which: 'text',
        message: expect.stringContaining('going on here already'),
      });
    }
  });
});

describe('a retry', () => {
  it('works on our own open pull request, asked there or on its issue', () => {
    expect(decide(asked('retry', 'pull_request'), onPull())).toEqual({ kind: 'retry', pull: 30 });
    expect(
      decide(asked('retry'), facts({ subject: { closedBy: [pull({ ours: false, number: 29 }), pull()] } })),
    ).toEqual({
      kind: 'retry',
      pull: 30,
    });
  });

  it('is a new attempt on an issue that has no open pull request', () => {
    expect(decide(asked('retry'), facts())).toEqual({ kind: 'run', issue: 12 });
    expect(decide(asked('retry'), facts({ subject: { state: 'closed' } })).kind).toBe('refuse');
    expect(decide(asked('retry'), facts({ subject: { closedBy: [pull({ ours: false })] } })).kind).toBe(
      'refuse',
    );
  });

  it.each<[Partial<PullFacts>, string]>([
    [{ ours: false }, 'only its own'],
    [{ state: 'closed' }, 'is closed'],
    [{ state: 'merged' }, 'is merged'],
  ])('is refused on a pull request that is %j', (change, words) => {
    expect(decide(asked('retry', 'pull_request'), onPull(change))).toMatchObject({
      kind: 'refuse',
      message: expect.stringContaining(words),
    });
  });
});

describe('a stop', () => {
  it.each<[string, Partial<DecisionFacts>]>([
    ['at any time', {}],
    ['when ai-fix is paused', { config: { paused: true, allowed: true } }],
    ['when the repository was taken off the list', { config: { paused: false, allowed: false } }],
  ])('cancels the run %s', (_, change) => {
    expect(decide(asked('stop'), facts({ liveRun: live, ...change }))).toEqual({
      kind: 'cancel',
      run: 'run1',
      reason: '@ann asked to stop it',
    });
  });

  it('says when there is nothing to stop', () => {
    expect(decide(asked('stop'), facts())).toMatchObject({
      which: 'text',
      message: expect.stringContaining('nothing to stop'),
    });
  });
});

describe('a withdrawal', () => {
  const withdrawn = (why: Withdrawal, actor: typeof ann | null = ann): Away => ({
    kind: 'withdrawn',
    repository,
    subject: { kind: 'issue', number: 12 },
    why,
    actor,
  });
  const removed: Away = {
    kind: 'removed',
    host: 'github.com',
    installation: 5,
    repositories: 'all',
    why: 'uninstalled',
  };

  it.each<[Away, string]>([
    [withdrawn('unlabeled'), '@ann removed the label'],
    [withdrawn('closed', null), 'somebody closed it'],
    [withdrawn('deleted'), '@ann deleted the issue'],
    [withdrawn('transferred'), '@ann moved the issue to another repository'],
    [removed, 'ai-fix was uninstalled'],
  ])('is told in words', (trigger, reason) => {
    expect(withdrawalReason(trigger)).toBe(reason);
  });
});
