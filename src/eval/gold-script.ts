import type { ScriptInput } from '../demo/scripted-model/script.ts';

/** A command is one argument of a process, which Linux limits to 128 KiB. */
const charactersAtOnce = 64_000;

/**
 * A model script that makes a known change through the agent's own tools: it looks around, applies the patches byte for
 * byte, looks at the result and says that it is done.
 */
export function goldScript(patches: readonly Buffer[]): ScriptInput {
  const applied = patches.filter((patch) => patch.length > 0);
  return {
    turns: [
      {
        reasoning: 'First a look at the repository.',
        calls: [
          { name: 'bash', arguments: { command: 'git log --oneline -1 && git status --short' } },
          { name: 'str_replace_editor', arguments: { command: 'view', path: '/workspace' } },
        ],
      },
      ...applied.flatMap((patch) => commandsFor(patch)).map(turn('Now the change.')),
      turn('What changed?')('git status --short'),
      { content: 'The change is made.' },
    ],
  };
}

function commandsFor(patch: Buffer): string[] {
  const lines = patch.toString('base64').match(/.{1,76}/g) ?? [];
  const linesAtOnce = Math.floor(charactersAtOnce / 77);
  const parts = Array.from({ length: Math.ceil(lines.length / linesAtOnce) }, (_, index) =>
    lines.slice(index * linesAtOnce, (index + 1) * linesAtOnce).join('\n'),
  );
  return [
    ...parts.map(
      (part, index) => `base64 -d ${index === 0 ? '>' : '>>'} /tmp/change.patch <<'END'\n${part}\nEND`,
    ),
    'git apply --binary --whitespace=nowarn /tmp/change.patch',
  ];
}

const turn = (reasoning: string) => (command: string) => ({
  reasoning,
  calls: [{ name: 'bash', arguments: { command } }],
});
