import { type Logger, pino } from 'pino';

/**
 * The structured log: one JSON object a line on stderr. Errors lose everything but name, code, message and stack:
 * those of Octokit carry whole requests and payloads. `redact` takes secrets out of every line.
 */
export function createLog(level: string, redact: (text: string) => string): Logger {
  const destination = { write: (line: string) => void process.stderr.write(redact(line)) };
  return pino({ level, base: null, serializers: { err: describeError, error: describeError } }, destination);
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, code, message, stack };
}
