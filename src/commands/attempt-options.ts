import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AttemptRules, type Effort, efforts, mostAttempts } from '../core/attempts.ts';

export interface AttemptFlags {
  attempts?: number;
  escalationModel?: string;
  escalationEffort?: Effort;
}

/** The flags of a command for more than one attempt. */
export function withAttempts(command: Command): Command {
  return command
    .option('--attempts <n>', 'most attempts while nothing is proven', count)
    .option('--escalation-model <name>', 'model to ask from the second attempt on')
    .addOption(
      new Option('--escalation-effort <effort>', 'how much it may think then').choices([...efforts]),
    );
}

function count(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= mostAttempts) return number;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${mostAttempts}.`);
}

/** What was asked for, and nothing else. */
export function attemptsOf({
  attempts,
  escalationModel,
  escalationEffort,
}: AttemptFlags): Partial<AttemptRules> {
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(escalationModel === undefined ? {} : { escalationModel }),
    ...(escalationEffort === undefined ? {} : { escalationEffort }),
  };
}
