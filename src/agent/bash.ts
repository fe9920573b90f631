import { z } from 'zod';
import { type CommandResult, outputText, type Shell } from '../core/command.ts';
import type { AgentTool } from './tool.ts';

const argumentsSchema = z.object({
  command: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'cannot hold a NUL character'),
});

export interface BashLimits {
  seconds: number;
  characters: number;
}

/** The tool `bash`: every call a fresh shell that starts where the last one stopped. */
export function createBashTool(shell: Shell, limits: BashLimits): AgentTool {
  return {
    definition: {
      type: 'function',
      function: {
        name: 'bash',
        description: `Run commands in a bash shell
* The working directory and exported variables persist across calls; shell functions and other variables do not.
* You don't have access to the internet, and nothing can be installed.
* A call is stopped after ${limits.seconds} seconds, with everything that runs. Run long lived commands in the background, e.g. 'sleep 10 &' or start a server in the background.
* To inspect a particular line range of a file, e.g. lines 10-25, try 'sed -n 10,25p /path/to/the/file'.
* Of long output you get the head and the tail; the whole is in a file that the result names.`,
        parameters: {
          type: 'object',
          properties: { command: { type: 'string', description: 'The bash command to run.' } },
          required: ['command'],
        },
      },
    },
    async run(args, signal) {
      const { command } = argumentsSchema.parse(args);
      // what is left out here is what the runner left out, so that its file holds it
      const keep = { head: Math.ceil(limits.characters / 2), tail: Math.floor(limits.characters / 2) };
      const result = await shell.run(
        { script: command, timeoutSeconds: limits.seconds, keep, carry: true },
        signal,
      );
      return { content: describe(result, limits), summary: firstLine(command) };
    },
  };
}

function describe(result: CommandResult, limits: BashLimits): string {
  const hint = result.file === null ? '' : `the whole output is in ${result.file}`;
  const output = outputText(result, hint).trimEnd();
  const notes = [...notesOn(result, limits)].map((note) => `[${note}]`);
  return [output, ...notes].filter((part) => part !== '').join('\n');
}

function* notesOn(result: CommandResult, limits: BashLimits): Generator<string> {
  if (result.cwdLost) yield `the working directory was gone; this ran in ${result.cwd}`;
  if (result.processesReset)
    yield 'the process limit was reached: everything that ran in the background was killed first';
  if (result.outOfMemory) yield 'a process was killed because the sandbox ran out of memory';
  if (result.diskFull)
    yield 'stopped: the disk is full; remove files before going on. Everything that ran was killed';
  else if (result.timedOut)
    yield `stopped after ${limits.seconds} seconds. Everything that ran was killed, background processes too`;
  else if (result.exitCode === null) yield `ended by signal ${result.signal}`;
  else if (result.exitCode !== 0) yield `exit code ${result.exitCode}`;
}

function firstLine(command: string): string {
  const [line = '', ...rest] = command.trim().split('\n');
  return rest.length > 0 ? `${line} ...` : line;
}
