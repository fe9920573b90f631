import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type ListeningApp, listensTo, parseTrigger } from '../../src/trigger/parse-trigger.ts';

// biome-ignore lint/suspicious/noExplicitAny: payloads are foreign data, changed here at any depth
type Payload = any;

const examples: { name: string; examples: Payload[] }[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples/api.github.com/index.json',
);
const app: ListeningApp = { id: 99, slug: 'ai-fix-app', host: 'github.com' };
const person = { id: 7, login: 'ann', type: 'User' };

/** A payload that GitHub sent, within an installation and by a person, changed where the test says. */
function payloadOf(name: string, action: string, change: (payload: Payload) => void = () => {}): Payload {
  const found = examples.find((event) => event.name === name)?.examples.find((one) => one.action === action);
  const payload = structuredClone(found);
  payload.installation ??= { id: 5 };
  payload.sender = person;
  change(payload);
  return payload;
}

const parse = (name: string, payload: unknown) => parseTrigger({ name, payload }, app);
const byLabel = (change: (payload: Payload) => void = () => {}) =>
  payloadOf('issues', 'labeled', (payload) => {
    payload.label.name = 'ai-fix';
    change(payload);
  });
const comment = (body: string | null, change: (payload: Payload) => void = () => {}) =>
  payloadOf('issue_comment', 'created', (payload) => {
    payload.comment.body = body;
    change(payload);
  });
const check = (action: string, change: (payload: Payload) => void = () => {}) =>
  payloadOf('check_run', action, (payload) => {
    payload.check_run.app.id = app.id;
    payload.requested_action = { identifier: 'retry' };
    payload.check_run.pull_requests = [{ number: 30, head: { ref: 'ai-fix/12-crash' } }];
    change(payload);
  });

describe('who asks for what', () => {
  it('the label asks for a fix of its issue', () => {
    const payload = byLabel();
    expect(parse('issues', payload)).toEqual({
      kind: 'asked',
      repository: {
        host: 'github.com',
        installation: 5,
        id: payload.repository.id,
        owner: payload.repository.owner.login,
        name: payload.repository.name,
      },
      subject: { kind: 'issue', number: payload.issue.number },
      command: { name: 'fix', words: '' },
      place: { kind: 'label' },
      actor: { id: 7, login: 'ann', bot: false },
      at: payload.issue.updated_at,
      approved: { title: payload.issue.title, body: payload.issue.body },
    });
  });

  it('the time and the text count where they are there, and only to whoever asks for a fix', () => {
    const bare = byLabel((payload) => {
      payload.issue.updated_at = 'yesterday';
      payload.issue.title = undefined;
    });
    expect(parse('issues', bare)).not.toHaveProperty('at');
    expect(parse('issues', bare)).not.toHaveProperty('approved');
    const issue = { title: 'Text', body: null };
    const written = (body: string) =>
      parse(
        'issue_comment',
        comment(body, (payload) => Object.assign(payload.issue, issue)),
      );
    expect(written('/deepseek fix')).toMatchObject({ approved: { title: 'Text', body: '' } });
    expect(written('/deepseek status')).not.toHaveProperty('approved');
    expect(written('/deepseek stop')).toHaveProperty('at');
  });

  it.each([
    ['issues', 'labeled', true],
    ['issues', 'opened', false],
    ['issue_comment', 'created', true],
    ['check_run', 'created', false],
    ['push', null, false],
    ['toString', 'labeled', false],
  ])('%s.%s can mean something: %s', (event, action, expected) => {
    expect(listensTo(event, action)).toBe(expected);
  });

  it('the label counts in capitals too', () => {
    const payload = byLabel((changed) => {
      changed.label.name = 'AI-Fix';
    });
    expect(parse('issues', payload)).not.toBeNull();
  });

  it.each<[string, string, Payload, object]>([
    ['an issue', 'issue_comment', comment('/deepseek status'), { kind: 'issue' }],
    [
      'a pull request',
      'issue_comment',
      comment('/deepseek retry x', (payload) => {
        payload.issue.pull_request = { url: 'x' };
      }),
      { kind: 'pull_request' },
    ],
    [
      'a review',
      'pull_request_review',
      payloadOf('pull_request_review', 'submitted', (payload) => {
        payload.review.body = '/deepseek retry x';
      }),
      { kind: 'pull_request' },
    ],
    [
      'a line of a pull request',
      'pull_request_review_comment',
      payloadOf('pull_request_review_comment', 'created', (payload) => {
        payload.comment.body = '/deepseek retry x';
      }),
      { kind: 'pull_request' },
    ],
  ])('a comment on %s asks with a command', (_, name, payload, subject) => {
    expect(parse(name, payload)).toMatchObject({ kind: 'asked', subject, actor: { login: 'ann' } });
  });

  it.each<[string, Payload, object]>([
    [
      'the button',
      check('requested_action'),
      { command: { name: 'retry' }, subject: { kind: 'pull_request', number: 30 } },
    ],
    [
      'the other button',
      check('requested_action', (payload) => {
        payload.requested_action.identifier = 'stop';
      }),
      { command: { name: 'stop' } },
    ],
    ['"Re-run"', check('rerequested'), { command: { name: 'retry' } }],
    [
      'a button before there is a pull request',
      check('requested_action', (payload) => {
        payload.check_run.pull_requests = [];
        payload.check_run.check_suite.head_branch = 'ai-fix/12-crash';
      }),
      { subject: { kind: 'issue', number: 12 } },
    ],
  ])('%s of a check asks', (_, payload, expected) => {
    expect(parse('check_run', payload)).toMatchObject({ kind: 'asked', ...expected });
  });

  it.each<[string, string, Payload]>([
    ['another label', 'issues', payloadOf('issues', 'labeled')],
    [
      'another label on an issue that has ours',
      'issues',
      payloadOf('issues', 'labeled', (payload) => {
        payload.issue.labels = [{ name: 'ai-fix' }];
      }),
    ],
    [
      'an issue opened with the label',
      'issues',
      payloadOf('issues', 'opened', (payload) => {
        payload.issue.labels = [{ name: 'ai-fix' }];
      }),
    ],
    [
      'the label on a pull request',
      'issues',
      byLabel((payload) => {
        payload.issue.pull_request = { url: 'x' };
      }),
    ],
    ['an ordinary comment', 'issue_comment', comment('looks good')],
    ['a comment without a body', 'issue_comment', comment(null)],
    [
      'an edited comment',
      'issue_comment',
      payloadOf('issue_comment', 'edited', (payload) => {
        payload.comment.body = '/deepseek fix';
      }),
    ],
    [
      "another App's check",
      'check_run',
      check('requested_action', (payload) => {
        payload.check_run.app.id = 1;
      }),
    ],
    [
      'an unknown button',
      'check_run',
      check('requested_action', (payload) => {
        payload.requested_action.identifier = 'merge';
      }),
    ],
    [
      'a check on a branch that is not ours',
      'check_run',
      check('rerequested', (payload) => {
        payload.check_run.pull_requests = [{ number: 30, head: { ref: 'main' } }];
        payload.check_run.check_suite.head_branch = 'main';
      }),
    ],
  ])('%s asks for nothing', (_, name, payload) => {
    expect(parse(name, payload)).toBeNull();
  });

  const senders: [string, object | undefined][] = [
    ['a bot', { id: 8, login: 'x[bot]', type: 'Bot' }],
    ['a bot that calls itself a person', { id: 8, login: 'evil[bot]', type: 'User' }],
    ['an organisation', { id: 8, login: 'org', type: 'Organization' }],
    ['a mannequin', { id: 8, login: 'm', type: 'Mannequin' }],
    ['our own bot', { id: 8, login: 'ai-fix-app[bot]', type: 'User' }],
    ['somebody of no kind', { id: 8, login: 'x' }],
    ['nobody', undefined],
  ];
  it.each(senders)('%s cannot ask', (_, sender) => {
    const by = (payload: Payload) => {
      payload.sender = sender;
    };
    expect(parse('issues', byLabel(by))).toBeNull();
    expect(parse('issue_comment', comment('/deepseek fix', by))).toBeNull();
    expect(parse('check_run', check('rerequested', by))).toBeNull();
  });

  it('what our App wrote in the name of a person asks for nothing', () => {
    const through = (id: number) =>
      comment('/deepseek fix', (payload) => {
        payload.comment.performed_via_github_app = { id };
      });
    expect(parse('issue_comment', through(app.id))).toBeNull();
    expect(parse('issue_comment', through(1))).not.toBeNull();
  });
});

describe('what takes a run away', () => {
  const issueEvent = (action: string, change: (payload: Payload) => void = () => {}) =>
    payloadOf('issues', action === 'closed' ? 'edited' : action, (payload) => {
      payload.action = action;
      payload.label = { name: 'ai-fix' };
      change(payload);
    });

  it.each(['unlabeled', 'closed', 'deleted', 'transferred'])('an issue that is %s', (action) => {
    expect(parse('issues', issueEvent(action))).toMatchObject({
      kind: 'withdrawn',
      why: action,
      subject: { kind: 'issue' },
      actor: { login: 'ann' },
    });
  });

  it('a pull request that is closed', () => {
    expect(parse('pull_request', payloadOf('pull_request', 'closed'))).toMatchObject({
      kind: 'withdrawn',
      why: 'closed',
      subject: { kind: 'pull_request' },
    });
  });

  it('a bot that closes the issue, but not our own taking off of the label', () => {
    const by = (login: string) => (payload: Payload) => {
      payload.sender = { id: 8, login, type: 'Bot' };
    };
    expect(parse('issues', issueEvent('closed', by('stale[bot]')))).toMatchObject({ actor: { bot: true } });
    expect(parse('issues', issueEvent('unlabeled', by('ai-fix-app[bot]')))).toBeNull();
  });

  it('not the loss of another label', () => {
    const other = issueEvent('unlabeled', (payload) => {
      payload.label.name = 'bug';
    });
    expect(parse('issues', other)).toBeNull();
  });

  it('an installation that is deleted or suspended, and repositories taken off it', () => {
    const deleted = payloadOf('installation', 'deleted');
    expect(parse('installation', deleted)).toEqual({
      kind: 'removed',
      host: 'github.com',
      installation: deleted.installation.id,
      repositories: 'all',
      why: 'uninstalled',
    });
    expect(parse('installation', payloadOf('installation', 'suspend'))).toMatchObject({ why: 'suspended' });
    expect(
      parse('installation_repositories', payloadOf('installation_repositories', 'removed')),
    ).toMatchObject({ repositories: [1296269], why: 'repository_removed' });
  });
});

describe('payloads of any kind', () => {
  it('never throw, and of what GitHub sends unasked nothing starts a run', () => {
    for (const { name, examples: payloads } of examples) {
      for (const payload of payloads) {
        const installed = { installation: { id: 5 }, ...payload };
        expect(parse(name, installed)?.kind, name).not.toBe('asked');
      }
    }
  });

  it.each([
    null,
    undefined,
    1,
    'x',
    [],
    {},
    { action: 'labeled' },
    { action: {} },
    JSON.parse('{"__proto__":{"action":"labeled"}}'),
  ])('that are broken, such as %j, mean nothing', (payload) => {
    for (const name of [
      'issues',
      'issue_comment',
      'check_run',
      'installation',
      'toString',
      '__proto__',
      '',
    ]) {
      expect(parse(name, payload)).toBeNull();
    }
  });

  it('mean nothing without the one field that is missing', () => {
    for (const field of ['issue', 'label', 'repository', 'sender', 'installation', 'action']) {
      const payload = byLabel();
      delete payload[field];
      expect(parse('issues', payload), field).toBeNull();
    }
  });
});
