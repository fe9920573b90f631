import type { RunRecord } from '../../../src/core/run-record.ts';
import { type AppProcess, type AppProcessOptions, startAppProcess } from './app-process.ts';
import type { Answers, Question } from './messages.ts';

/** An App that is started again whenever its process is gone, as a supervisor of services does. */
export interface SupervisedApp extends AsyncDisposable {
  /** When the process was gone, in milliseconds of `performance.now`; oldest first. */
  deaths: number[];
  /** Asks the process that runs, or the next one. */
  ask<Ask extends Question['ask']>(question: Extract<Question, { ask: Ask }>): Promise<Answers[Ask]>;
  /** The newest run about an issue or pull request; null while there is none, or nobody to ask. */
  latest(repository: { host: string; id: number }, number: number): Promise<RunRecord | null>;
  pid(): Promise<number>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Resolves when the process is gone; the next one is on its way then. */
  kill(): Promise<void>;
}

export interface SupervisedOptions extends AppProcessOptions {
  /** Told of each start, with where webhooks go. */
  onStart(url: string | null): void;
  /** Told when it could not be started; it is tried again. */
  onRefusal?(why: string): void;
}

const betweenStartsMs = 500;

export async function superviseApp(options: SupervisedOptions): Promise<SupervisedApp> {
  const deaths: number[] = [];
  let isOver = false;
  let running: Promise<AppProcess> = begin();
  await running;

  async function begin(): Promise<AppProcess> {
    for (;;) {
      try {
        const started = await startAppProcess(options);
        options.onStart(started.url);
        void started.exited.then(restart);
        return started;
      } catch (error) {
        if (deaths.length === 0 || isOver) throw error;
        options.onRefusal?.(error instanceof Error ? error.message : String(error));
        await new Promise((resolve) => setTimeout(resolve, betweenStartsMs));
      }
    }
  }

  function restart(): void {
    if (isOver) return;
    deaths.push(performance.now());
    running = begin();
    running.catch(() => {}); // told to whoever asks
  }

  return {
    deaths,
    ask: async (question) => (await running).ask(question),
    async latest({ host, id }, number) {
      return (await running).ask({ ask: 'latest', host, repository: id, number }).catch(() => null);
    },
    pid: async () => (await running).pid,
    signal: async (name) => (await running).signal(name),
    async kill() {
      const process = await running;
      process.signal('SIGKILL');
      await process.exited;
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await running.then((process) => process[Symbol.asyncDispose]()).catch(() => {});
    },
  };
}
