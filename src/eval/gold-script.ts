import type { ScriptInput } from '../demo/scripted-model/script.ts';

/**
 * A model script that makes a known change through the agent's own tools: it looks around, applies the patch byte for
 * byte, looks at the result and says that it is done.
 */
export function goldScript(patch: Buffer): ScriptInput {
  const encoded = patch.toString('base64').replace(/.{76}/g, '$&\n');
  return {
    turns: [
      {
        reasoning: 'First a look at the repository.',
        calls: [
          { name: 'bash', arguments: { command: 'git log --oneline -1 && git status --short' } },
          { name: 'str_replace_editor', arguments: { command: 'view', path: '/workspace' } },
        ],
      },
      {
        reasoning: 'Now the change.',
        calls: [
          {
            name: 'bash',
            arguments: {
              command: `base64 -d > /tmp/change.patch <<'END'\n${encoded}\nEND\ngit apply --binary /tmp/change.patch`,
            },
          },
        ],
      },
      { reasoning: 'What changed?', calls: [{ name: 'bash', arguments: { command: 'git status --short' } }] },
      { content: 'The change is made.' },
    ],
  };
}
