import {
  type AttemptRules,
  defaultEffort,
  type EndedAttempt,
  type ModelChoice,
  oneAttempt,
} from '../../core/attempts.ts';
import type { RepositoryConfig } from '../../environment/repository-config.ts';
import type { End } from '../task.ts';

/** What was asked for goes before what the repository says, and that before the defaults. */
export function attemptRules(asked: Partial<AttemptRules>, config: RepositoryConfig): AttemptRules {
  const { attempts, escalation_model, escalation_effort } = config;
  const configured: AttemptRules = {
    attempts: attempts ?? oneAttempt.attempts,
    escalationModel: escalation_model ?? null,
    escalationEffort: escalation_effort ?? null,
  };
  return { ...configured, ...asked };
}

/** Who is asked in an attempt; `model` is the run's own. */
export function modelOfAttempt(attempt: number, model: string, rules: AttemptRules): ModelChoice {
  if (attempt === 1) return { model, effort: defaultEffort };
  return { model: rules.escalationModel ?? model, effort: rules.escalationEffort ?? defaultEffort };
}

/** Whether an attempt that came to this leaves something to be hoped for from another one. */
export function isWorthAnother({ outcome, code }: End | EndedAttempt): boolean {
  return outcome === 'unproven' || outcome === 'no_change' || code === 'context_overflow';
}
