import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { goldScript } from '../../src/eval/gold-script.ts';

/** A process takes no longer argument on Linux. */
const longestArgument = 128 * 1024;

function commandsOf(patches: readonly Buffer[]): string[] {
  const [conversation] = parseScript(goldScript(patches)).conversations;
  return (conversation?.turns ?? []).flatMap(({ calls }) =>
    calls.flatMap((call) => (typeof call.arguments === 'object' ? String(call.arguments.command) : [])),
  );
}

describe('goldScript', () => {
  it('hands over a patch of any size byte for byte, in commands that a shell takes', () => {
    const patch = randomBytes(500_000);
    const commands = commandsOf([patch]);
    expect(commands.every(({ length }) => length < longestArgument)).toBe(true);
    const parts = commands.flatMap((command) => /^base64 -d .*\n([\s\S]*)\nEND$/.exec(command)?.[1] ?? []);
    expect(parts.length).toBeGreaterThan(1);
    expect(Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')))).toEqual(patch);
    expect(commands.filter((command) => command.startsWith('base64 -d > '))).toHaveLength(1);
  });

  it('applies each half that there is', () => {
    const applied = (patches: string[]) =>
      commandsOf(patches.map((patch) => Buffer.from(patch))).filter((command) =>
        command.startsWith('git apply'),
      );
    expect(applied(['diff a', 'diff b'])).toHaveLength(2);
    expect(applied(['diff a', ''])).toHaveLength(1);
  });
});
