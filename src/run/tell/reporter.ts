export interface ReporterPorts {
  /** Puts the text where people see it. */
  send(text: string): Promise<void>;
  /** The text as it should be now. */
  render(): string;
  /** Told when a text could not be sent; the run goes on. */
  onError(error: unknown): void;
}

/** Says how a run is going, in one text that is replaced. */
export interface Reporter extends AsyncDisposable {
  /** There is something new to say, which is said soon. */
  note(): void;
  /** Sends the newest text and waits until it is there. Rejects when it cannot be sent. */
  flush(): Promise<void>;
  /** While it is held nothing is sent: other writes go first. */
  hold(): Disposable;
}

/** GitHub asks for at least a second between writes; a status is worth less than that. */
const pauseMs = 5000;

/** At most one text waits to be sent, and `pauseMs` lie between two; a text like the last one is not sent. */
export function createReporter(ports: ReporterPorts): Reporter {
  let last: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  let holds = 0;

  const sendNow = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const sent = sending.then(async () => {
      const text = ports.render();
      if (text === last) return;
      await ports.send(text);
      last = text;
    });
    sending = sent.catch(() => {});
    return sent;
  };
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (holds > 0) return;
      sendNow().catch(ports.onError);
    }, pauseMs);
  };
  return {
    note: later,
    flush: sendNow,
    hold() {
      holds++;
      return {
        [Symbol.dispose]() {
          holds--;
          later();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await sending;
    },
  };
}
