import { readdir } from 'node:fs/promises';
import { watchClock } from '../../../src/clock.ts';
import { messageOf } from '../../../src/core/errors.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import { type RunningApp, startApp } from '../../../src/serve.ts';
import type { Delivery } from '../../../src/store/deliveries/deliveries.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Answers, ArmedKill, FromChild, Measured, Question, StoreMoment, ToChild } from './messages.ts';

/** The main module of an App in a process of its own, which its parent steers by messages and may kill. */

/** GitHub's own pace would make a run last a minute. */
const pace = { betweenWrites: 0, betweenNotifications: 0, beforeRepetition: 20, answer: 5000, rateLimit: 0 };

/** What passes is over within seconds here. */
const pauses = { again: (tries: number) => Math.min(tries, 3), model: () => 2 };

/** What GitHub could not deliver to a process that was dead is asked for at once, and again soon. */
const sweeps = {
  schedule(look: (isStart: boolean) => Promise<void>) {
    const timer = setInterval(() => void look(false), 1000).unref();
    void look(true);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  },
  pace: { betweenRedeliveries: 1000, again: 1000, redelivery: [1000, 1000, 1000, 1000] },
};

let app: RunningApp | undefined;
let store: Store | undefined;
let armed: ArmedKill | null = null;
const counts = new Map<string, number>();

/** As `ai-fix serve` does, which does not wait for long either; whoever watches over it starts it again. */
watchClock(() => {
  setTimeout(() => process.exit(1), 10_000);
  void Promise.resolve(app?.[Symbol.asyncDispose]()).finally(() => process.exit(1));
});

process.on('disconnect', () => process.exit(1)); // nobody is left to work for
process.on('message', (message: ToChild) => {
  if (message.kind === 'question') void answer(message.id, message.question);
  else start(message).catch((error) => tell({ kind: 'failed', why: messageOf(error) }));
});

function tell(message: FromChild): void {
  process.send?.(message);
}

async function start({ config, roles, kill }: Extract<ToChild, { kind: 'start' }>): Promise<void> {
  armed = kill;
  app = await startApp(config, roles, {
    pace,
    pauses,
    sweeps,
    say() {},
    watchStore: watch,
    onEvent: (run, event) => tell({ kind: 'event', run, event }),
  });
  tell({ kind: 'ready', url: app.url });
}

async function answer(id: number, question: Question): Promise<void> {
  const value = await answers[question.ask](question as never);
  tell({ kind: 'answer', id, value });
  if (question.ask === 'stop') process.exit(0);
}

const answers: {
  [Ask in Question['ask']]: (question: Extract<Question, { ask: Ask }>) => Promise<Answers[Ask]>;
} = {
  async arm({ kill }) {
    counts.clear();
    armed = kill;
    return null;
  },
  async latest({ host, repository, number }) {
    return (await store?.latestRun({ host, id: repository }, number)) ?? null;
  },
  measure,
  async stop() {
    await app?.[Symbol.asyncDispose]();
    return null;
  },
};

async function measure(): Promise<Measured> {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const resources = Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  return {
    rss,
    heap: heapUsed,
    descriptors: (await readdir('/proc/self/fd')).length,
    resources: Object.fromEntries(Object.entries(resources).map(([kind, all]) => [kind, all?.length ?? 0])),
  };
}

/** What only reads, or lasts, is no point to be killed at. */
const noWrite =
  /^(get|read|find|latest|list|count|spending|watch|work$|run(s)?Of|is|check|waiting|trouble|deleteOld|forgetRemoved|resetBreaker)/;

function watch(kept: Store): Store {
  store = kept;
  const methods = Object.entries(kept).map(([name, method]) => [
    name,
    typeof method !== 'function' || noWrite.test(name) ? method : watchCall(name, method),
  ]);
  return { ...Object.fromEntries(methods), [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}

type Method = (...values: readonly unknown[]) => unknown;

function watchCall(call: string, method: Method): Method {
  return (...values) => {
    const number = (counts.get(call) ?? 0) + 1;
    counts.set(call, number);
    const about = aboutOf(values);
    pass({ call, number, when: 'before' }, about);
    const result = method(...values);
    if (!(result instanceof Promise)) return result;
    return result.then((value) => {
      pass({ call, number, when: 'after' }, about);
      return value;
    });
  };
}

function pass(moment: StoreMoment, about: string): void {
  tell({ kind: 'store', about, ...moment });
  if (armed === null) return;
  if (armed.call !== moment.call || armed.number !== moment.number || armed.when !== moment.when) return;
  const die = () => process.kill(process.pid, 'SIGKILL');
  if (armed.delayMs === 0) die();
  else setTimeout(die, armed.delayMs);
}

/** The type of an event, with what tells it from others of its type; the name of a webhook. */
function aboutOf(values: readonly unknown[]): string {
  const [delivery] = values as [Partial<Delivery>?];
  if (delivery?.guid !== undefined) return `${delivery.event} ${delivery.action}`;
  const events = values.find((value): value is RunEvent[] => Array.isArray(value)) ?? [];
  return events.map(nameOf).join(', ');
}

function nameOf(event: RunEvent): string {
  if (event.type === 'message') return `message of ${event.message.role}`;
  return 'stage' in event ? `${event.type} ${event.stage}` : event.type;
}
