import type { RunRequest } from '../core/run-record.ts';
import { code } from './markdown.ts';

/** How people speak to the bot. */
export const command = (words: string): string => `\`/deepseek ${words}\``;
export const label = '`ai-fix`';

/** GitHub's limits are a little higher. */
export const bodyLimit = 65_000;

/** Whole seconds below a minute and a half, then minutes and seconds. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** Of something that goes on: minutes, so that the text seldom changes. */
export function roughDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes < 1 ? 'less than a minute' : `${minutes} min`;
}

/** US dollars in cents; what costs less than one says so. */
export function cents(usd: number): string {
  if (usd === 0) return '$0';
  return usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`;
}

/** First letter as a capital and a full stop: for what the stages tell in half sentences. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === ''
    ? ''
    : `${trimmed[0]?.toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}

/** A person by name, with a link: unlike a mention it sends no mail. */
export function person({ login }: { login: string }, { host }: { host: string }): string {
  const name = login.replace(/[^\w-]/g, '');
  return login.endsWith('[bot]') ? code(login) : `[${name}](https://${host}/${name})`;
}

export function commitLink(commit: string, { repository }: Pick<RunRequest, 'repository'>): string {
  const { host, owner, name } = repository;
  return `[\`${commit.slice(0, 10)}\`](https://${host}/${owner}/${name}/commit/${commit})`;
}

/** The commit that a run starts from, for people. */
export function baseOf(request: RunRequest): string {
  return `${code(request.base.branch)} at ${commitLink(request.base.commit, request)}`;
}
