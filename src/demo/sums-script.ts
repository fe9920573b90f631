import type { ScriptInput } from './scripted-model/script.ts';
import { newTest, refusedTest } from './sums.ts';

const editor = (args: Record<string, unknown>) => ({ name: 'str_replace_editor', arguments: args });
const bash = (command: string) => ({ name: 'bash', arguments: { command } });

/** What the scripted model does about the bug in `total`: look, reproduce, fix, test, and say so. */
const fix = {
  turns: [
    {
      reasoning: 'I look at the code and at its tests first.',
      calls: [
        editor({ command: 'view', path: '/workspace/lib/total.js' }),
        editor({ command: 'view', path: '/workspace/test/total.test.js' }),
      ],
    },
    {
      reasoning: 'The loop ends one number early. I reproduce it with a test.',
      calls: [bash(`cat >> test/total.test.js <<'END'${newTest}END\nnode --test 2>&1 | tail -n 25`)],
    },
    {
      reasoning: 'It fails as the issue says. Now the fix.',
      calls: [
        editor({
          command: 'str_replace',
          path: '/workspace/lib/total.js',
          old_str: 'i < numbers.length - 1',
          new_str: 'i < numbers.length',
        }),
        bash('node --test 2>&1 | tail -n 12'),
      ],
    },
    {
      reasoning: 'All tests pass.',
      content:
        'The loop in `total` stopped before the last number. It now runs over the whole list, and a test covers it.',
    },
    {
      reasoning: 'The difference is what the issue asks for, and nothing else.',
      content:
        'The loop in `total` stopped before the last number. It now runs over the whole list, and a test covers it.',
    },
  ],
};

/** What it does when a reviewer asks that `total` refuses what is no number. */
const followReview = {
  when: 'asks for now',
  turns: [
    {
      reasoning: 'The reviewer wants text to be refused. First a test that shows it.',
      calls: [bash(`cat >> test/total.test.js <<'END'${refusedTest}END\nnode --test 2>&1 | tail -n 25`)],
    },
    {
      reasoning: 'It fails as expected. Now the check.',
      calls: [
        editor({
          command: 'str_replace',
          path: '/workspace/lib/total.js',
          old_str: '  let sum = 0;\n',
          new_str:
            "  if (!numbers.every((number) => typeof number === 'number')) throw new TypeError('not a number');\n  let sum = 0;\n",
        }),
        bash('node --test 2>&1 | tail -n 12'),
      ],
    },
    {
      reasoning: 'All tests pass.',
      content:
        '`total` now throws a TypeError when something in the list is no number, and a test covers it.',
    },
    {
      reasoning: 'Only what was asked for is in the difference.',
      content:
        '`total` now throws a TypeError when something in the list is no number, and a test covers it.',
    },
  ],
};

export const sumsScript: ScriptInput = { conversations: [followReview, fix] };
