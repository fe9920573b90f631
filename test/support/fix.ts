import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { RunEvent } from '../../src/core/events.ts';
import type { Verification } from '../../src/core/verification.ts';
import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';

const bin = new URL('../../bin/ai-fix.js', import.meta.url).pathname;

export interface Outcome {
  type: 'outcome';
  outcome: string;
  why: string;
  patch: string | null;
  verification: Verification | null;
  usage: { usd: number; steps: number } | null;
  stages: { name: string; seconds: number }[];
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the command line as a process of its own, with nothing of this process's environment that steers it. */
export function startCli(args: readonly string[], env: Record<string, string> = {}, input = '') {
  const { DEEPSEEK_API_KEY: _key, DEEPSEEK_BASE_URL: _url, AI_FIX_MODEL: _model, ...inherited } = process.env;
  const child = spawn(process.execPath, [bin, ...args], { env: { ...inherited, ...env } });
  child.stdin.on('error', () => {}); // it may stop reading, as it does when the input is too long
  child.stdin.end(input);
  const ended = (async (): Promise<Ended> => {
    const exit = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await exit) as [number | null];
    return { code, stdout, stderr };
  })();
  return { child, ended };
}

/** The JSON lines of `ai-fix fix --json`: every event, then the outcome. */
export function readEvents(stdout: string): { events: RunEvent[]; outcome: Outcome } {
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  return { events: lines.slice(0, -1) as RunEvent[], outcome: lines.at(-1) as Outcome };
}

export async function writeIssue(directory: string, content: string): Promise<string> {
  const path = join(directory, 'issue.md');
  await writeFile(path, content);
  return path;
}

const call = (command: string) => ({ name: 'bash', arguments: { command } });

/** A script that runs these commands, one a turn, and then says that it is done; once for every list of commands. */
export function commandsScript(...rounds: readonly (readonly string[])[]) {
  return {
    turns: rounds.flatMap((commands) => [
      ...commands.map((command) => ({ reasoning: 'Next.', calls: [call(command)] })),
      { reasoning: 'That is it.', content: 'Done.' },
    ]),
  };
}

/** A shell command that writes a file. */
export function write(path: string, content: string): string {
  return `base64 -d > ${path} <<'END'\n${Buffer.from(content).toString('base64')}\nEND`;
}

interface FixPlace {
  directory: string;
  /** The issue's text. */
  issue: string;
  scratch: string;
  /** Hears of the environments, to remove them at the end. */
  images: Set<string>;
}

/** `ai-fix fix --json` on a repository, with a scripted model that runs these commands. */
export async function runFix(
  { directory, issue, scratch, images }: FixPlace,
  ...rounds: readonly (readonly string[])[]
) {
  await using model = await startScriptedModel({ script: parseScript(commandsScript(...rounds)) });
  const path = await writeIssue(scratch, issue);
  const { stdout } = await startCli(['fix', '--json', '--repo', directory, '--issue', path], {
    DEEPSEEK_BASE_URL: model.url,
    DEEPSEEK_API_KEY: model.key,
    AI_FIX_DATA_DIR: join(scratch, 'data'),
  }).ended;
  const { events, outcome } = readEvents(stdout);
  for (const event of events) if (event.type === 'environment_ready') images.add(event.image);
  return { events, outcome, requests: model.requests.length };
}
