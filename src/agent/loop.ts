import { ZodError, z } from 'zod';
import type { Message, ToolCall, ToolDefinition, Turn } from '../core/conversation.ts';
import { OperationalError } from '../core/errors.ts';
import type { AgentEnd, Emit } from '../core/events.ts';
import { exhausted, type RunLimits, type Spent, shareUsed } from '../core/limits.ts';
import { prompt } from './prompts.ts';
import { createRepetitionWatch } from './repetition.ts';
import type { AgentTool } from './tool.ts';

const maximumRepairs = 3;
const warnAtShare = 0.8;
/** V4 refuses a history in which a call has no answer. */
const outOfTime = 'not run: the time limit was reached';

/** What the loop needs of the model: one whole turn for a history. Rejects with an OperationalError. */
export type Complete = (
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  signal: AbortSignal,
) => Promise<Turn>;

export interface AgentContext {
  /** The history so far, the last message being the user's. Only ever appended to, each message saved first. */
  messages: Message[];
  tools: readonly AgentTool[];
  complete: Complete;
  limits: RunLimits;
  /** What the whole run has spent, turns of earlier rounds included. */
  spent: () => Spent;
  emit: Emit;
  /** Facts that arrived meanwhile, such as the baseline's: handed over once, between two steps. */
  news: () => string | null;
}

/**
 * Lets the model work until it answers without calling a tool, or a limit is reached. The work tree holds the result.
 * Rejects when the model cannot be asked, the sandbox is gone, or the signal aborts; what was done so far is saved.
 */
export async function runAgent(context: AgentContext, signal: AbortSignal): Promise<AgentEnd> {
  const definitions = context.tools.map((tool) => tool.definition);
  const repetition = createRepetitionWatch();
  let repairs = 0;
  let warned = false;
  for (;;) {
    const limit = exhausted(context.limits, context.spent());
    if (limit !== null) return limit;
    signal.throwIfAborted();

    const started = performance.now();
    const turn = await context.complete(context.messages, definitions, signal);
    await charge(context, turn, started);
    const problem = problemWith(turn);
    if (problem !== null) {
      await context.emit({ type: 'turn_dropped', why: problem });
      if (++repairs > maximumRepairs) return turn.finishReason === 'length' ? 'length' : 'malformed';
      await say(context, { role: 'user', content: prompt('malformed', { why: problem }) });
      continue;
    }
    repairs = 0;
    await say(context, turn.message);
    const calls = turn.message.tool_calls ?? [];
    if (calls.length === 0) return 'finished';

    for (const [index, call] of calls.entries()) {
      const isOutOfTime = exhausted(context.limits, context.spent()) === 'time';
      const content = isOutOfTime ? outOfTime : await runTool(context, call, signal);
      const times = repetition.count(call, content);
      const isLast = index === calls.length - 1;
      const notes = times >= repetition.noteAt ? [prompt('repeating', { times: String(times) })] : [];
      const share = shareUsed(context.limits, context.spent());
      if (isLast && !warned && share >= warnAtShare) {
        warned = true;
        notes.push(prompt('running-out', { used: String(Math.floor(100 * Math.min(1, share))) }));
      }
      await say(context, { role: 'tool', tool_call_id: call.id, content: [content, ...notes].join('\n') });
    }
    if (repetition.isStuck()) return 'no_progress';
    const news = context.news();
    if (news !== null) await say(context, { role: 'user', content: news });
  }
}

async function charge(context: AgentContext, turn: Turn, started: number): Promise<void> {
  await context.emit({
    type: 'turn_ended',
    step: context.spent().steps + 1,
    usage: turn.usage,
    usd: turn.usd,
    model: turn.model,
    seconds: (performance.now() - started) / 1000,
  });
}

/** Appends to the history, saving first. */
export async function say(context: Pick<AgentContext, 'emit' | 'messages'>, message: Message): Promise<void> {
  await context.emit({ type: 'message', message });
  context.messages.push(message);
}

/** Why a turn cannot become part of the history; null when it can. */
function problemWith({ message, finishReason }: Turn): string | null {
  if (finishReason === 'content_filter') return 'the provider filtered it';
  if (finishReason === 'length') return 'it was cut off at the output limit';
  if (/<[｜|]DSML[｜|]/.test(message.content)) return 'it held a tool call as text';
  const calls = message.tool_calls ?? [];
  for (const call of calls) {
    if (call.function.name === '') return 'a tool call had no name';
    if (!isJsonObject(call.function.arguments))
      return `the arguments of ${call.function.name} were not valid JSON`;
  }
  if (new Set(calls.map((call) => call.id)).size < calls.length) return 'two tool calls had the same id';
  return null;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The answer to one call. Mistakes of the model are answers; a sandbox that is gone, or a cancelled run, throws. */
async function runTool(context: AgentContext, call: ToolCall, signal: AbortSignal): Promise<string> {
  const { name } = call.function;
  const tool = context.tools.find((candidate) => candidate.definition.function.name === name);
  if (tool === undefined) {
    const names = context.tools.map((candidate) => candidate.definition.function.name).join(', ');
    return `There is no tool ${JSON.stringify(name)}. The tools are: ${names}.`;
  }
  const started = performance.now();
  try {
    const { content, summary } = await tool.run(JSON.parse(call.function.arguments), signal);
    await context.emit({ type: 'tool_ended', name, summary, seconds: (performance.now() - started) / 1000 });
    return content === '' ? '(no output)' : content;
  } catch (error) {
    if (error instanceof ZodError) return `The arguments do not fit: ${z.prettifyError(error)}`;
    if (error instanceof OperationalError && error.code === 'sandbox_command_failed') return error.message;
    throw error;
  }
}
