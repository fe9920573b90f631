import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { AppConfig } from '../../../src/app-config.ts';
import type { Roles } from '../../../src/serve.ts';
import type { Answers, ArmedKill, FromChild, Question, ToChild } from './messages.ts';

const main = new URL('./app-child.ts', import.meta.url).pathname;

/** The App in a process of its own. */
export interface AppProcess extends AsyncDisposable {
  pid: number;
  /** Where it takes webhooks; null for a worker only. */
  url: string | null;
  /** Resolves when the process is gone, however it went. */
  exited: Promise<void>;
  /** Rejects when the process is gone before it has answered. */
  ask<Ask extends Question['ask']>(question: Extract<Question, { ask: Ask }>): Promise<Answers[Ask]>;
  /** Sends a signal; after SIGKILL wait for `exited`. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

export interface AppProcessOptions {
  config: AppConfig;
  roles: Roles;
  /** A file that gets what the App logs. */
  log: string;
  /** Variables beside those of this process. */
  env?: Record<string, string>;
  hear?(message: FromChild): void;
  /** Where it is to kill itself. */
  kill?(): ArmedKill | null;
}

/** Starts an App and waits until it is ready. Rejects in its words when it does not start. */
export async function startAppProcess(options: AppProcessOptions): Promise<AppProcess> {
  const { child, exited } = await forkChild(options);
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  const ready = Promise.withResolvers<string | null>();
  child.on('message', (message: FromChild) => {
    if (message.kind === 'ready') ready.resolve(message.url);
    if (message.kind === 'failed') ready.reject(new Error(message.why));
    if (message.kind === 'answer') waiting.get(message.id)?.resolve(message.value as never);
    options.hear?.(message);
  });
  const gone = new Error('the process of the App is gone');
  void exited.then(() => {
    ready.reject(gone);
    for (const { reject } of waiting.values()) reject(gone);
  });
  const { config, roles } = options;
  send(child, { kind: 'start', config, roles, kill: options.kill?.() ?? null });
  const url = await ready.promise.catch(async (error: unknown) => {
    child.kill('SIGKILL');
    await exited;
    throw error;
  });
  let questions = 0;
  const ask = async <Ask extends Question['ask']>(question: Extract<Question, { ask: Ask }>) => {
    questions += 1;
    const id = questions;
    const answer = Promise.withResolvers<never>();
    if (child.connected) waiting.set(id, answer);
    else answer.reject(gone);
    if (child.connected) send(child, { kind: 'question', id, question });
    return answer.promise.finally(() => waiting.delete(id));
  };
  return {
    pid: child.pid ?? 0,
    url,
    exited,
    ask,
    signal: (name) => void child.kill(name),
    async [Symbol.asyncDispose]() {
      const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await ask({ ask: 'stop' }).catch(() => {}); // it may be gone already
      await exited;
      clearTimeout(late);
    },
  };
}

const stopWithinMs = 30_000;

async function forkChild({ env, log }: AppProcessOptions) {
  const { DEEPSEEK_API_KEY: _, ...inherited } = process.env;
  const file = await open(log, 'a');
  const child = fork(main, {
    env: { ...inherited, ...env },
    execArgv: ['--expose-gc'],
    stdio: ['ignore', file.fd, file.fd, 'ipc'],
  });
  child.on('error', () => {}); // a message that nobody was left to read
  const exited = once(child, 'exit').then(() => {});
  await file.close();
  return { child, exited };
}

function send(child: ChildProcess, message: ToChild): void {
  child.send(message, () => {}); // whether the process is still there is told by its exit
}
