import { count } from '../text/count.ts';
import { modelName } from './cost-line.ts';
import { inline, paragraphs, table } from './markdown.ts';
import { cents } from './phrases.ts';
import type { AttemptFacts, RunFacts } from './run-facts.ts';

/** What the attempts of a run came to, and why one of them was taken; '' where there was but one. */
export function attemptsSection({ attempts, choice, further }: RunFacts): string {
  if (attempts.length < 2 && further === null) return '';
  const rows = attempts.map((attempt) => [
    `${attempt.attempt}${attempt.attempt === choice?.attempt ? ', taken' : ''}`,
    `${modelName(attempt.model)}, effort ${attempt.effort}`,
    resultOf(attempt),
    `${count(attempt.usage.steps, 'step')}, ${cents(attempt.usage.usd)}`,
  ]);
  return paragraphs([
    '**Attempts**',
    further === null ? null : `Nothing was proven yet: attempt ${further.attempt} of ${further.of} goes on.`,
    choice === null
      ? null
      : `Attempt ${choice.attempt} of ${attempts.length} is taken: ${inline(choice.why, 200)}.`,
    table(['Attempt', 'Model', 'Came to', 'Cost'], rows),
  ]);
}

function resultOf({ outcome, why }: AttemptFacts): string {
  return `${names[outcome]}: ${inline(why.split('\n', 1)[0] ?? '', 200)}`;
}

const names: Record<AttemptFacts['outcome'], string> = {
  proven: 'proven',
  unproven: 'not proven',
  no_change: 'nothing changed',
  refused: 'not done',
  failed: 'failed',
  cancelled: 'cancelled',
};
