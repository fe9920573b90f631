import type { ContentPart, Message } from '../core/conversation.ts';
import type { EnvironmentPlan } from '../core/environment.ts';
import type { IssueImage } from '../core/issue-image.ts';
import type { ModelProfile } from '../core/model-profile.ts';
import { oneLine } from '../text/one-line.ts';
import { printTestCommand } from '../text/print-test-command.ts';
import { headAndTail } from '../text/truncate.ts';
import { visibleText } from '../text/visible.ts';
import { likelyFiles, type Sources } from './localise/likely-files.ts';
import { prompt } from './prompts.ts';
import { sourceTexts } from './source-texts.ts';

const instructionFiles = ['AGENTS.md', 'CLAUDE.md', 'CONTRIBUTING.md', '.github/CONTRIBUTING.md'];
const instructionCharacters = 6000;
const mapEntries = 60;
const shownFiles = 10;

export interface TaskText {
  title: string;
  body: string;
  /** In the order of the text. */
  images?: readonly IssueImage[];
}

/**
 * The first two messages, and one more for images, where the model sees any. Everything that depends on the repository
 * alone comes before the issue, so that all issues on one commit share a cached prefix; what belongs to the issue comes
 * after it. `boundary` is random, so that no issue can pretend to end.
 */
export async function firstMessages(
  task: TaskText,
  plan: EnvironmentPlan,
  repository: Sources,
  boundary: string,
  profile: ModelProfile,
): Promise<Message[]> {
  const texts = await repository.read(instructionFiles);
  const fixedBoundary = '-----';
  const instructions = [...texts]
    .slice(0, 2)
    .map(([path, text]) =>
      prompt('instructions', {
        path,
        boundary: fixedBoundary,
        text: headAndTail(visibleText(text).replaceAll(fixedBoundary, '- - -'), instructionCharacters),
      }),
    )
    .join('\n');
  const issue = visibleText(`# ${task.title}\n\n${task.body}`).replaceAll(boundary, '');
  const content = prompt('task', {
    summary: `Environment: ${plan.summary}.`,
    map: printMap(repository.paths),
    commands: printCommands(plan),
    instructions,
    sources: await sourceTexts(repository, profile.prices),
    boundary,
    issue,
  });
  const images = numberedImages(task, profile);
  return [
    { role: 'system', content: prompt('system', {}) },
    { role: 'user', content: content + printUnseen(images) + (await printLikelyFiles(task, repository)) },
    ...showImages(images),
  ];
}

/** The images with their numbers, and of those that are not shown, why. */
function numberedImages({ images = [] }: TaskText, { seesImages }: ModelProfile): Numbered[] {
  return images.map((image, index) => {
    const name = `${index + 1}. ${image.description === '' ? 'without a description' : image.description}`;
    const why = seesImages ? image.problem : 'you cannot see images';
    return { name, why, url: why === null ? image.url : null };
  });
}

interface Numbered {
  name: string;
  url: string | null;
  why: string | null;
}

function printUnseen(images: readonly Numbered[]): string {
  const unseen = images.filter(({ url }) => url === null);
  if (unseen.length === 0) return '';
  const list = unseen.map(({ name, why }) => `${name}: ${why ?? 'it could not be read'}`).join('\n');
  return `\n\n${prompt('unseen-images', { list })}`;
}

/** In a message of their own: the one before has the same form for all issues then, and the same prefix. */
function showImages(images: readonly Numbered[]): Message[] {
  const seen = images.filter(({ url }) => url !== null);
  if (seen.length === 0) return [];
  const text = prompt('images', { list: seen.map(({ name }) => name).join('\n') });
  const parts = seen.map(({ url }): ContentPart => ({ type: 'image_url', image_url: { url: url ?? '' } }));
  return [{ role: 'user', content: [{ type: 'text', text }, ...parts] }];
}

async function printLikelyFiles(task: TaskText, repository: Sources): Promise<string> {
  const files = await likelyFiles(task, repository, shownFiles);
  if (files.length === 0) return '';
  return `\n\n${prompt('likely-files', { list: files.map((path) => `- ${oneLine(path)}`).join('\n') })}`;
}

/** Top-level files, and directories with the number of files they hold. */
function printMap(paths: readonly string[]): string {
  const entries = new Map<string, number>();
  for (const path of paths) {
    const [top = '', ...rest] = path.split('/');
    const name = rest.length === 0 ? top : `${top}/`;
    entries.set(name, (entries.get(name) ?? 0) + 1);
  }
  const lines = [...entries].map(([name, files]) => (name.endsWith('/') ? `${name} (${files} files)` : name));
  const shown = lines.slice(0, mapEntries);
  const more = lines.length > mapEntries ? [`and ${lines.length - mapEntries} more`] : [];
  return `At its root: ${[...shown, ...more].join(', ')}.`;
}

function printCommands(plan: EnvironmentPlan): string {
  return [
    ...plan.build.map((command) => `${command}   # before the tests, after every change`),
    ...plan.tests.map(printTestCommand),
  ].join('\n');
}
