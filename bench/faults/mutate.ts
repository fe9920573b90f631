/** Breaks a recorded answer in one way or another. `random` gives 0 to 1. */
export function mutate(turn: Buffer, random: () => number): Buffer {
  const times = 1 + Math.floor(random() * 3);
  let mutated = turn;
  for (let time = 0; time < times; time++) mutated = pick(mutations, random)(mutated, random);
  return mutated;
}

type Mutation = (turn: Buffer, random: () => number) => Buffer;

const pick = <Item>(items: readonly Item[], random: () => number): Item =>
  items[Math.floor(random() * items.length)] as Item;
const place = (turn: Buffer, random: () => number) => Math.floor(random() * turn.length);

const overText =
  (change: (text: string, random: () => number) => string): Mutation =>
  (turn, random) =>
    Buffer.from(change(turn.toString(), random));
const overEvents = (change: (events: string[], random: () => number) => string[]): Mutation =>
  overText((text, random) => change(text.split(/(?<=\n\n)/), random).join(''));

/** One event's JSON, changed as an object. */
const overChunk = (change: (chunk: Chunk, random: () => number) => void): Mutation =>
  overEvents((events, random) => {
    const index = Math.floor(random() * events.length);
    try {
      const chunk = JSON.parse((events[index] ?? '').slice('data: '.length)) as Chunk;
      change(chunk, random);
      return events.with(index, `data: ${JSON.stringify(chunk)}\n\n`);
    } catch {
      return events;
    }
  });

interface Chunk {
  choices?: { delta?: Record<string, unknown>; finish_reason?: unknown }[] | undefined;
  usage?: unknown;
  [field: string]: unknown;
}

interface CallPart {
  index?: unknown;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown };
}

const callOf = (chunk: Chunk) => (chunk.choices?.[0]?.delta?.tool_calls as CallPart[] | undefined)?.[0];
const strange = [
  null,
  -1,
  1e308,
  '',
  'stop',
  'length',
  'tool_calls',
  'content_filter',
  'unheard_of',
  true,
  [],
  {},
  '{"a":',
];

const mutations: readonly Mutation[] = [
  // bytes
  (turn, random) => turn.subarray(0, place(turn, random)),
  (turn, random) => {
    const copy = Buffer.from(turn);
    copy[place(turn, random)] = Math.floor(random() * 256);
    return copy;
  },
  (turn, random) => {
    const [from, length] = [place(turn, random), Math.floor(random() * 60)];
    return Buffer.concat([turn.subarray(0, from), turn.subarray(from + length)]);
  },
  // events
  overEvents((events, random) => events.toSpliced(Math.floor(random() * events.length), 1)),
  overEvents((events, random) =>
    events.toSpliced(Math.floor(random() * events.length), 0, pick(events, random)),
  ),
  overEvents((events, random) => {
    const [a, b] = [Math.floor(random() * events.length), Math.floor(random() * events.length)];
    return events.with(a, events[b] ?? '').with(b, events[a] ?? '');
  }),
  overEvents((events) => events.filter((event) => !event.includes('[DONE]'))),
  overEvents((events, random) =>
    events.toSpliced(Math.floor(random() * events.length), 0, 'data: [DONE]\n\n'),
  ),
  overEvents((events, random) =>
    events.toSpliced(
      Math.floor(random() * events.length),
      0,
      pick(
        [
          'data: {"error":{"message":"overloaded"}}\n\n',
          'data: null\n\n',
          'event: error\n\n',
          ': keep-alive\n\n',
          'data: {\n\n',
          '<html>\n\n',
        ],
        random,
      ),
    ),
  ),
  // fields
  overChunk((chunk, random) => {
    const choice = chunk.choices?.[0];
    if (choice !== undefined) choice.finish_reason = pick(strange, random);
  }),
  overChunk((chunk, random) => {
    chunk.usage = pick(
      [...strange, { prompt_tokens: -5, completion_tokens: 1e300 }, { prompt_tokens: 'many' }],
      random,
    );
  }),
  overChunk((chunk, random) => {
    const call = callOf(chunk);
    if (call !== undefined) call.index = pick([...strange, 0, 1, 7], random);
  }),
  overChunk((chunk, random) => {
    const call = callOf(chunk);
    if (call !== undefined) call.id = pick(strange, random);
  }),
  overChunk((chunk, random) => {
    const part = callOf(chunk)?.function;
    if (part !== undefined) part[random() < 0.3 ? 'name' : 'arguments'] = pick(strange, random);
  }),
  overChunk((chunk, random) => {
    const delta = chunk.choices?.[0]?.delta;
    if (delta !== undefined)
      delta[pick(['content', 'reasoning_content'], random)] = pick(
        [...strange, '<｜DSML｜tool_calls>', '<|DSML|invoke name="bash">'],
        random,
      );
  }),
  overChunk((chunk, random) => {
    chunk.choices = pick([undefined, [], [{}], [{ delta: {} }]], random) as Chunk['choices'];
  }),
];
