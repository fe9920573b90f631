import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { OperationalError } from '../../core/errors.ts';

/** What goes wrong once before a turn is given, in this order. */
const faultSchema = z.union(
  [
    z.strictObject({
      status: z.int().min(400).max(599),
      message: z.string().default('scripted'),
      retry_after: z.number().optional(),
    }),
    /** The stream stops after so many bytes. */
    z.strictObject({ cut: z.int().min(0) }),
    /** Nothing more comes after so many bytes, until the client goes. */
    z.strictObject({ hang: z.int().min(0) }),
    z.strictObject({ html: z.literal(true) }),
    z.strictObject({ empty: z.literal(true) }),
  ],
  {
    error:
      'a fault is one of { status: 400 to 599, message?, retry_after? }, { cut: bytes }, { hang: bytes }, { html: true }, { empty: true }',
  },
);
export type ScriptedFault = z.infer<typeof faultSchema>;

const callSchema = z.strictObject({
  name: z.string(),
  /** An object, or the raw text of arguments that are not JSON. */
  arguments: z.union([z.record(z.string(), z.unknown()), z.string()]),
});

const turnSchema = z.strictObject({
  reasoning: z.string().default(''),
  content: z.string().default(''),
  calls: z.array(callSchema).default([]),
  finish_reason: z.string().optional(),
  faults: z.array(faultSchema).default([]),
});
export type ScriptedTurn = z.infer<typeof turnSchema>;

const conversationSchema = z.strictObject({
  /** Played for conversations whose first user message holds this text; without it, for all. */
  when: z.string().optional(),
  /** Played only when this first message comes for the so-manieth time; without it, at all times. */
  attempt: z.int().min(1).optional(),
  turns: z.array(turnSchema).min(1),
});

const scriptSchema = z.strictObject({ conversations: z.array(conversationSchema).min(1) });
export type Script = z.infer<typeof scriptSchema>;
export type ScriptInput = z.input<typeof scriptSchema> | z.input<typeof conversationSchema>;

/** A script with several conversations, or just one. Not a union: that would not tell where a mistake is. */
export function parseScript(value: unknown): Script {
  const hasSeveral = typeof value === 'object' && value !== null && 'conversations' in value;
  const parsed = hasSeveral
    ? scriptSchema.safeParse(value)
    : conversationSchema.transform((conversation) => ({ conversations: [conversation] })).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new OperationalError(
    'bad_config',
    `The model script has mistakes:\n${z.prettifyError(parsed.error)}`,
  );
}

/** Reads a script file, YAML or JSON. */
export async function loadScript(path: string): Promise<Script> {
  let value: unknown;
  try {
    value = parseYaml(await readFile(path, 'utf8'));
  } catch (error) {
    throw new OperationalError(
      'bad_config',
      `The model script ${path} cannot be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  return parseScript(value);
}
