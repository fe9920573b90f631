import type { ToolDefinition } from '../core/conversation.ts';

/** Something the model can call. */
export interface AgentTool {
  definition: ToolDefinition;
  /**
   * Runs in the sandbox. What the model did wrong comes back as `content` for it to read; an error that is thrown
   * means that the sandbox is gone or the run was cancelled. Arguments that do not fit throw a ZodError.
   */
  run(args: unknown, signal: AbortSignal): Promise<ToolOutput>;
}

export interface ToolOutput {
  content: string;
  /** One line for people. */
  summary: string;
}
