import { ZodError, z } from 'zod';
import {
  holdsCallAsText,
  type Message,
  type ToolCall,
  type ToolDefinition,
  type Turn,
} from '../core/conversation.ts';
import { hasCode } from '../core/errors.ts';
import type { AgentEnd, Emit, News, RunEvent } from '../core/events.ts';
import { exhausted, type RunLimits, type Spent, shareUsed } from '../core/limits.ts';
import { createIdlenessWatch } from './idleness.ts';
import { prompt } from './prompts.ts';
import { createRepetitionWatch } from './repetition.ts';
import type { AgentTool } from './tool.ts';

const maximumRepairs = 3;
const warnAtShare = 0.8;
/** In milliseconds: a timer takes no more. */
const longestTimer = 2 ** 31 - 1;
/** V4 refuses a history in which a call has no answer. */
const outOfTime = 'not run: the time limit was reached';

/** What the loop needs of the model: one whole turn for a history. Rejects with an OperationalError. */
export type Complete = (
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  signal: AbortSignal,
) => Promise<Turn>;

export interface AgentContext {
  /**
   * The history so far, the last message being the user's, or of work that was broken off. Only ever appended to,
   * each message saved first.
   */
  messages: Message[];
  tools: readonly AgentTool[];
  complete: Complete;
  limits: RunLimits;
  /** What was spent of these limits, turns of earlier rounds included. */
  spent: () => Spent;
  /** Turns of earlier attempts, which have limits of their own. */
  stepsBefore: number;
  emit: Emit;
  /** Facts that arrived meanwhile, such as the baseline's: handed over once, between two steps. */
  news: () => News[];
  /** What is to be saved together with a call's answer: the work tree, where the call changed it. */
  checkpoint: () => Promise<RunEvent[]>;
  /** What the work tree holds, in any words that differ when it does. */
  workTree: () => Promise<string>;
}

/**
 * Lets the model work until it answers without calling a tool, or a limit is reached. The work tree holds the result.
 * A history that ends in calls without an answer is gone on with: those are done first. Rejects when the model cannot
 * be asked, the sandbox is gone, or the signal aborts; what was done so far is saved.
 */
export async function runAgent(context: AgentContext, signal: AbortSignal): Promise<AgentEnd> {
  const definitions = context.tools.map((tool) => tool.definition);
  const watch: Watch = {
    repetition: createRepetitionWatch(),
    idleness: createIdlenessWatch(context.workTree),
    warned: isRunningOut(context),
  };
  let repairs = 0;
  for (;;) {
    if (await answerCalls(context, watch, signal)) return 'no_progress';
    const limit = exhausted(context.limits, context.spent());
    if (limit !== null) return limit;
    signal.throwIfAborted();

    const started = performance.now();
    const turn = await ask(context, definitions, signal);
    if (typeof turn === 'string') return turn;
    const bill = billOf(turn, context.stepsBefore + context.spent().steps + 1, started);
    const problem = problemWith(turn);
    if (problem === null) {
      repairs = 0;
      await addMessage(context, turn.message, bill);
      if ((turn.message.tool_calls ?? []).length === 0) return 'finished';
    } else {
      const dropped: RunEvent = { type: 'turn_dropped', why: problem };
      if (++repairs > maximumRepairs) {
        await context.emit(bill, dropped);
        return turn.finishReason === 'length' ? 'length' : 'malformed';
      }
      await addMessage(
        context,
        { role: 'user', content: prompt('malformed', { why: problem }) },
        bill,
        dropped,
      );
    }
  }
}

/** One turn; or how the work ends instead, with all that was done in it still there. */
async function ask(
  { complete, messages, limits, spent, emit }: AgentContext,
  definitions: readonly ToolDefinition[],
  signal: AbortSignal,
): Promise<Turn | 'context' | 'time'> {
  const timeUp = new AbortController();
  const left = (limits.minutes - spent().minutes) * 60_000;
  const timer = setTimeout(() => timeUp.abort(), Math.min(left, longestTimer));
  try {
    return await complete(messages, definitions, AbortSignal.any([signal, timeUp.signal]));
  } catch (error) {
    if (timeUp.signal.aborted && !signal.aborted) return 'time';
    if (!hasCode(error, 'context_overflow')) throw error;
    await emit({ type: 'note', text: error.message });
    return 'context';
  } finally {
    clearTimeout(timer);
  }
}

interface Watch {
  repetition: ReturnType<typeof createRepetitionWatch>;
  idleness: ReturnType<typeof createIdlenessWatch>;
  /** Whether the model was told that its limits are near. */
  warned: boolean;
}

/**
 * Answers the calls of the last turn that have no answer yet, in their order, then hands over what is new. True when
 * the agent makes no progress any more.
 */
async function answerCalls(context: AgentContext, watch: Watch, signal: AbortSignal): Promise<boolean> {
  const calls = unanswered(context.messages);
  for (const [index, call] of calls.entries()) {
    const isOutOfTime = exhausted(context.limits, context.spent()) === 'time';
    const { content, events } = isOutOfTime
      ? { content: outOfTime, events: [] }
      : await runTool(context, call, signal);
    const notes = notesOn(context, watch, watch.repetition.count(call, content), index === calls.length - 1);
    if (index === calls.length - 1) notes.push(...(await noteOnIdleness(watch)));
    const answer = { role: 'tool', tool_call_id: call.id, content: [content, ...notes].join('\n') } as const;
    await addMessage(context, answer, ...events);
  }
  if (watch.repetition.isStuck() || watch.idleness.isStuck()) return true;
  if (hasBegun(context.messages)) await tellNews(context);
  return false;
}

/** Before its first turn the model is told nothing but its task, whatever is known already: the prefix is shared. */
function hasBegun(messages: readonly Message[]): boolean {
  return messages.some(({ role }) => role === 'assistant');
}

function unanswered(messages: readonly Message[]): ToolCall[] {
  const turn = messages.findLastIndex(({ role }) => role === 'assistant');
  const message = messages[turn];
  if (message?.role !== 'assistant') return [];
  const answered = new Set(
    messages.slice(turn).flatMap((one) => (one.role === 'tool' ? [one.tool_call_id] : [])),
  );
  return (message.tool_calls ?? []).filter(({ id }) => !answered.has(id));
}

function notesOn(context: AgentContext, watch: Watch, times: number, isLast: boolean): string[] {
  const notes = times >= watch.repetition.noteAt ? [prompt('repeating', { times: String(times) })] : [];
  if (!isLast || watch.warned || !isRunningOut(context)) return notes;
  watch.warned = true;
  const share = Math.min(1, shareUsed(context.limits, context.spent()));
  return [...notes, prompt('running-out', { used: String(Math.floor(100 * share)) })];
}

async function noteOnIdleness({ idleness }: Watch): Promise<string[]> {
  const steps = await idleness.count();
  return steps === 0 ? [] : [prompt('idle', { steps: String(steps) })];
}

function isRunningOut({ limits, spent }: AgentContext): boolean {
  return shareUsed(limits, spent()) >= warnAtShare;
}

async function tellNews(context: AgentContext): Promise<void> {
  for (const { about, text } of context.news()) {
    const message = { role: 'user', content: text } as const;
    await context.emit({ type: 'message', message, about });
    context.messages.push(message);
  }
}

function billOf({ usage, usd, model, seconds }: Turn, step: number, started: number): RunEvent {
  const waited = Math.max(0, (performance.now() - started) / 1000 - seconds);
  return { type: 'turn_ended', step, usage, usd, model, seconds, waited };
}

/** Appends to the history, saving first, together with the events that led to it. */
export async function addMessage(
  context: Pick<AgentContext, 'emit' | 'messages'>,
  message: Message,
  ...events: RunEvent[]
): Promise<void> {
  await context.emit(...events, { type: 'message', message });
  context.messages.push(message);
}

/** Why a turn cannot become part of the history; null when it can. */
function problemWith({ message, finishReason }: Turn): string | null {
  if (finishReason === 'content_filter') return 'the provider filtered it';
  if (finishReason === 'length') return 'it was cut off at the output limit';
  if (holdsCallAsText(message)) return 'it held a tool call as text';
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

/**
 * The answer to one call, with what is to be saved together with it: killed between the two, the call would be done
 * twice. Mistakes of the model are answers; a sandbox that is gone, or a cancelled run, throws.
 */
async function runTool(
  context: AgentContext,
  call: ToolCall,
  signal: AbortSignal,
): Promise<{ content: string; events: RunEvent[] }> {
  const { name } = call.function;
  const tool = context.tools.find((candidate) => candidate.definition.function.name === name);
  if (tool === undefined) {
    const names = context.tools.map((candidate) => candidate.definition.function.name).join(', ');
    return { content: `There is no tool ${JSON.stringify(name)}. The tools are: ${names}.`, events: [] };
  }
  const started = performance.now();
  try {
    const { content, summary } = await tool.run(JSON.parse(call.function.arguments), signal);
    const seconds = (performance.now() - started) / 1000;
    const ended: RunEvent = { type: 'tool_ended', name, summary, seconds };
    return {
      content: content === '' ? '(no output)' : content,
      events: [ended, ...(await context.checkpoint())],
    };
  } catch (error) {
    if (error instanceof ZodError)
      return { content: `The arguments do not fit: ${z.prettifyError(error)}`, events: [] };
    if (hasCode(error, 'sandbox_command_failed')) return { content: error.message, events: [] };
    throw error;
  }
}
