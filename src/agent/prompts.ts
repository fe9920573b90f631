import { readFileSync } from 'node:fs';
import { fillTemplate } from '../text/template.ts';

const directory = new URL('../../prompts/', import.meta.url);

/** The variables of every prompt, as prompts/README.md lists them. */
interface Variables {
  system: never;
  task: 'summary' | 'map' | 'commands' | 'instructions' | 'sources' | 'boundary' | 'issue';
  instructions: 'path' | 'text' | 'boundary';
  sources: 'boundary' | 'files';
  'unseen-images': 'list';
  images: 'list';
  'likely-files': 'list';
  baseline: 'counts' | 'failing';
  'no-change': never;
  'refused-change': 'problems';
  unproven: 'why' | 'facts';
  'no-test': 'why' | 'facts';
  review: 'why' | 'diff' | 'complaints';
  malformed: 'why';
  resumed: 'files';
  repeating: 'times';
  idle: 'steps';
  'running-out': 'used';
}
export type PromptName = keyof Variables;

/** A prompt with its variables filled in, without the file's last line end. */
export function prompt<Name extends PromptName>(name: Name, values: Record<Variables[Name], string>): string {
  return fillTemplate(readFileSync(new URL(`${name}.md`, directory), 'utf8').trimEnd(), values);
}
