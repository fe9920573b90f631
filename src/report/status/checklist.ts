import type { Stage } from '../../core/events.ts';
import { count } from '../../text/count.ts';
import { inline } from '../markdown.ts';
import { duration, roughDuration } from '../phrases.ts';
import { currentProof, type RunFacts, type StageFacts } from '../run-facts.ts';

/** The stages as a list that is ticked while they happen. A stage in which the run stopped stays unticked. */
export function checklist(facts: RunFacts, when: { isOver: boolean; at: number }): string {
  const stopped = when.isOver ? stoppedIn(facts) : null;
  return facts.stages
    .map((stage) => {
      const isDone = isPublished(stage, facts) || (stage.state === 'done' && stage.name !== stopped);
      const detail = detailOf(stage.name, facts);
      const name = detail === '' ? names[stage.name] : `${names[stage.name]}: ${detail}`;
      return `- [${isDone ? 'x' : ' '}] ${name}${suffix(stage, facts, { ...when, stopped })}`;
    })
    .join('\n');
}

function isPublished({ name }: StageFacts, { published }: RunFacts): boolean {
  return name === 'publish' && published !== null;
}

const names: Record<Stage, string> = {
  workspace: 'Repository',
  environment: 'Environment',
  check: 'Tests before the change',
  agent: 'Change',
  verify: 'Proof',
  publish: 'Pull request',
};

/** The last stage that began, where the run did not get to its purpose. */
function stoppedIn({ stages, outcome, published }: RunFacts): Stage | null {
  const isWhole = outcome !== null && ['proven', 'unproven', 'no_change'].includes(outcome.outcome);
  const last = stages.findLast((stage) => stage.state !== 'waiting');
  if (last?.name === 'publish') return published === null ? 'publish' : null;
  return isWhole || last === undefined ? null : last.name;
}

function detailOf(name: Stage, facts: RunFacts): string {
  switch (name) {
    case 'environment':
      return facts.environment === null ? '' : inline(facts.environment.summary, 200);
    case 'check':
      return baselineIn(facts);
    case 'agent':
      return facts.change === null ? '' : count(facts.change.files.length, 'file');
    case 'verify': {
      const proof = currentProof(facts);
      return proof === null ? '' : inline(proof.why, 300);
    }
    case 'publish':
      return facts.published === null ? '' : `#${facts.published.pull}`;
    case 'workspace':
      return '';
  }
}

function baselineIn({ baseline }: RunFacts): string {
  if (baseline === null) return '';
  if (baseline.problem !== null) return `not complete, ${inline(baseline.problem, 200)}`;
  const { passed, failed, error = 0, skipped } = baseline.counts;
  return `${passed} passed, ${failed + error} failed, ${skipped} skipped`;
}

function suffix(
  stage: StageFacts,
  facts: RunFacts,
  { isOver, at, stopped }: { isOver: boolean; at: number; stopped: Stage | null },
): string {
  const { name, state, seconds, since } = stage;
  if (name === stopped) return ' (stopped here)';
  if (isPublished(stage, facts) && state !== 'done') return '';
  if (state === 'waiting') return isOver ? ' (not reached)' : '';
  if (state === 'done') return ` (${duration(seconds)}${isCached(name, facts) ? ', cached' : ''})`;
  const running = seconds + (since === null ? 0 : Math.max(0, (at - Date.parse(since)) / 1000));
  return ` … ${roughDuration(running)}`;
}

function isCached(name: Stage, { environment, baseline }: RunFacts): boolean {
  if (name === 'environment') return environment?.cached === true;
  return name === 'check' && baseline?.cached === true;
}
