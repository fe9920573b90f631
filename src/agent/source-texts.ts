import { createHash } from 'node:crypto';
import type { Prices } from '../core/model-profile.ts';
import { oneLine } from '../text/one-line.ts';
import { visibleText } from '../text/visible.ts';
import { isWrittenHere } from './localise/source-files.ts';
import { prompt } from './prompts.ts';
import { wholeTextPays } from './whole-text.ts';

const mostFiles = 100;
/** Longer lines are written by programs. */
const longestLine = 1000;
const generatedMark = /@generated|do not edit|auto-?generated/i;
const headCharacters = 500;

interface Files {
  paths: readonly string[];
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/**
 * All sources and tests that people wrote, for a repository that is small enough that this pays; else ''. The same bytes
 * for the same commit: what frames the files is made from them, so that none of them can pretend to end.
 */
export async function sourceTexts({ paths, read }: Files, prices: Prices): Promise<string> {
  const wanted = paths.filter(isWrittenHere).sort();
  if (wanted.length === 0 || wanted.length > mostFiles) return '';
  const texts = await read(wanted);
  const files = wanted.flatMap((path) => {
    const text = texts.get(path);
    return text === undefined || !isReadable(text) ? [] : [{ path: oneLine(path), text: visibleText(text) }];
  });
  const characters = files.reduce((sum, { text }) => sum + text.length, 0);
  if (characters === 0 || !wholeTextPays(characters, prices)) return '';
  const boundary = `-----${createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32)}`;
  const printed = files.map(({ path, text }) => `${boundary} ${path}\n${text.replace(/\n$/, '')}`);
  return prompt('sources', { boundary, files: printed.join('\n') });
}

/** Whether it is text in UTF-8 that nobody's program wrote. */
function isReadable(text: string): boolean {
  if (/[\0\ufffd]/.test(text) || generatedMark.test(text.slice(0, headCharacters))) return false;
  return text.split('\n').every((line) => line.length <= longestLine);
}
