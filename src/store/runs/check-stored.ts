import { z } from 'zod';
import { OperationalError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { outcomes } from '../../core/outcome.ts';
import type { RunRequest } from '../../core/run-record.ts';
import type { Trigger } from '../../core/trigger.ts';

/*
 * What is read back was written by ai-fix, so these are no contracts: they hold what the code relies on, so that a row
 * that something else damaged ends its run in words. What they do not name is let through, for newer versions add to it.
 * The values themselves are given on as they are: keys in another order would change what the model sees.
 */

const text = z.string();
const number = z.number();
const texts = z.array(text);
const person = z.looseObject({ id: number, login: text });
const repository = z.looseObject({ host: text, installation: number, id: number, owner: text, name: text });
const place = z.looseObject({ kind: text });
const subject = z.looseObject({ kind: text, number });

const triggerShape = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('asked'),
    ...{ repository, subject, place, actor: person },
    command: z.looseObject({ name: text, words: text }),
  }),
  z.looseObject({
    kind: z.literal('withdrawn'),
    ...{ repository, subject, why: text, actor: person.nullable() },
  }),
  z.looseObject({
    kind: z.literal('removed'),
    ...{ host: text, installation: number, why: text },
    repositories: z.union([z.array(number), z.literal('all')]),
  }),
]);

const requestShape = z.looseObject({
  repository,
  issue: z.looseObject({
    number,
    title: text,
    text,
    url: text,
    images: z.array(z.looseObject({ url: text, description: text })).optional(),
  }),
  comments: z.array(z.looseObject({ author: text, at: text, text, about: text.nullable() })),
  base: z.looseObject({ branch: text, commit: text }),
  pull: z
    .looseObject({
      number,
      branch: text,
      mergeBase: text,
      threads: z.array(z.looseObject({ id: number, about: text })),
      failedChecks: z.array(z.looseObject({ name: text, summary: text })),
    })
    .nullable(),
  words: text,
  actor: person,
  place,
  leftOut: texts,
  model: text,
  limits: z.looseObject({ steps: number, minutes: number, usd: number, rounds: number }),
} satisfies Record<Exclude<keyof RunRequest, OptionalKeys<RunRequest>>, z.ZodType>);

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: text }),
  z.looseObject({
    role: z.literal('user'),
    content: z.union([text, z.array(z.looseObject({ type: text }))]),
  }),
  z.looseObject({
    role: z.literal('assistant'),
    content: text,
    tool_calls: z
      .array(z.looseObject({ id: text, function: z.looseObject({ name: text, arguments: text }) }))
      .optional(),
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: text, content: text }),
]);

const verification = z.looseObject({
  verdict: text,
  why: text,
  tree: text,
  red_to_green: texts,
  newly_red: texts,
});

/** What the choice among attempts rests on. */
const attemptVerification = verification.extend({
  still_green: number,
  tampering: z.array(z.unknown()),
  not_run: z.array(z.unknown()),
});

const eventShapes: Readonly<Record<RunEvent['type'], z.ZodType>> = {
  run_started: z.looseObject({ run: text, title: text, base: text, model: text }),
  run_resumed: z.looseObject({}),
  parked: z.looseObject({ code: text.nullable(), why: text, until: text.nullable() }),
  checkpoint: z.looseObject({ files: number, problem: text.nullable() }),
  stage_started: z.looseObject({ stage: text }),
  stage_ended: z.looseObject({ stage: text, seconds: number }),
  note: z.looseObject({ text }),
  environment_ready: z.looseObject({
    summary: text,
    image: text,
    leftOut: z.array(z.unknown()),
    notes: texts,
  }),
  baseline_ready: z.looseObject({ counts: z.record(text, number), problem: text.nullable() }),
  message: z.looseObject({ message }),
  turn_ended: z.looseObject({ step: number, usage: z.record(text, number), usd: number }),
  turn_dropped: z.looseObject({ why: text }),
  tool_ended: z.looseObject({ name: text, summary: text }),
  model_retried: z.looseObject({
    why: text,
    seconds: number,
    model: text.optional(),
    usage: z.record(text, number).optional(),
    usd: number.optional(),
  }),
  attempt_started: z.looseObject({ attempt: number, model: text, effort: text }),
  attempt_ended: z.looseObject({
    attempt: number,
    outcome: z.enum(outcomes),
    why: text,
    patch: text.nullable(),
    tree: text.nullable(),
    verification: attemptVerification.nullable(),
    usage: z.looseObject({ usd: number, steps: number }),
  }),
  attempt_chosen: z.looseObject({ attempt: number, why: text }),
  agent_ended: z.looseObject({ end: text, fault: z.looseObject({ code: text, why: text }).optional() }),
  verified: z.looseObject({ round: number, verification, patch: text.optional() }),
  changed: z.looseObject({ files: z.array(z.looseObject({ path: text, kind: text })), tree: text }),
  published: z.looseObject({
    published: z.looseObject({ pull: number, url: text, branch: text, commit: text, tree: text }),
  }),
  outcome: z.looseObject({ outcome: z.enum(outcomes), why: text }),
};

/** Rejects with `data_corrupt` when what a delivery asked for cannot be read. */
export function checkTrigger(delivery: string, trigger: Trigger): void {
  const { error } = triggerShape.safeParse(trigger);
  if (error === undefined) return;
  throw new OperationalError(
    'data_corrupt',
    `What was asked for by delivery ${delivery} cannot be done: the database holds it (${whereOf(error)}) ${strange} ` +
      'Ask for it again.',
  );
}

/** Whether a run's stored request can be read. */
export function isReadable(request: RunRequest): boolean {
  return requestShape.safeParse(request).success;
}

/** Rejects with `data_corrupt` when a run's stored request cannot be read. */
export function checkRequest(run: string, request: RunRequest): void {
  const parsed = requestShape.safeParse(request);
  if (!parsed.success) throw corrupt(run, `its request (${whereOf(parsed.error)})`);
}

/** Rejects with `data_corrupt` unless these are readable events in order, from the one after number `after`. */
export function checkEvents(
  run: string,
  after: number,
  rows: readonly { number: number; event: RunEvent }[],
): void {
  for (const [index, { number, event }] of rows.entries()) {
    const expected = after + index + 1;
    if (number !== expected) throw corrupt(run, `its event number ${expected}, which is missing`);
    const why = unreadable(event);
    if (why !== null) throw corrupt(run, `its event number ${number} (${why})`);
  }
}

function unreadable(event: RunEvent | null): string | null {
  const type = event?.type ?? '';
  if (!Object.hasOwn(eventShapes, type)) return `there is no type ${JSON.stringify(type)}`;
  const { error } = eventShapes[type as RunEvent['type']].safeParse(event);
  return error === undefined ? null : whereOf(error);
}

const strange = 'in a form that ai-fix never wrote.';

/** The first place that is wrong; never what stands there. */
function whereOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'all of it'}: ${issue?.code}`;
}

function corrupt(run: string, what: string): OperationalError {
  return new OperationalError(
    'data_corrupt',
    `Run ${run} cannot go on: the database holds ${what} ${strange} ` +
      'Ask for it again; whoever runs ai-fix should look at the disk and restore a backup if there is more like it.',
  );
}
