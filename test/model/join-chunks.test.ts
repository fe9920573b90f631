import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { describe, expect, it } from 'vitest';
import { createJoiner } from '../../src/model/join-chunks.ts';

/** Joins chunks given as their deltas. */
function join(...deltas: object[]) {
  const joiner = createJoiner();
  for (const delta of deltas) joiner.add({ choices: [{ index: 0, delta, finish_reason: null }] } as never);
  return joiner.result();
}

function usageOf(usage: object) {
  const joiner = createJoiner();
  joiner.add({ choices: [], usage } as unknown as ChatCompletionChunk);
  return joiner.result().usage;
}

const call = (index: number, name: string | undefined, text: string, id?: string) => ({
  index,
  ...(id === undefined ? {} : { id }),
  function: { ...(name === undefined ? {} : { name }), arguments: text },
});

describe('createJoiner', () => {
  it('tells calls apart by index, in whatever order their parts come', () => {
    const { message } = join(
      { tool_calls: [call(1, 'second', '{"b"', 'id-b')] },
      { tool_calls: [call(0, 'first', '{"a"', 'id-a'), call(1, undefined, ':2}')] },
      { tool_calls: [call(0, undefined, ':1}')] },
    );
    expect(message.tool_calls).toEqual([
      { id: 'id-a', type: 'function', function: { name: 'first', arguments: '{"a":1}' } },
      { id: 'id-b', type: 'function', function: { name: 'second', arguments: '{"b":2}' } },
    ]);
  });

  it('gives calls without an id one of their own each', () => {
    const { message } = join({ tool_calls: [call(0, 'a', '{}'), call(1, 'b', '{}', '')] });
    const ids = message.tool_calls?.map(({ id }) => id) ?? [];
    expect(ids.every((id) => id !== '')).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });

  it('takes a name once that a server repeats in each part', () => {
    const { message } = join(
      { tool_calls: [call(0, 'bash', '{"command"', 'a')] },
      { tool_calls: [call(0, 'bash', ': "ls"}')] },
    );
    expect(message.tool_calls?.[0]?.function).toEqual({ name: 'bash', arguments: '{"command": "ls"}' });
  });

  it('takes the place in the list where a server gives no index', () => {
    const { message } = join({
      tool_calls: [
        { id: 'a', function: { name: 'a', arguments: '{}' } },
        { id: 'b', function: { name: 'b', arguments: '{}' } },
      ],
    });
    expect(message.tool_calls?.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('takes arguments that a server gives as an object', () => {
    const { message } = join({
      tool_calls: [{ index: 0, id: 'a', function: { name: 'a', arguments: { x: 1 } } }],
    });
    expect(message.tool_calls?.[0]?.function.arguments).toBe('{"x":1}');
  });

  it('keeps empty reasoning apart from none, since what came must be sent back', () => {
    expect(join({ content: 'a', reasoning_content: '' }).message).toEqual({
      role: 'assistant',
      content: 'a',
      reasoning_content: '',
    });
    expect(join({ content: 'a', reasoning_content: null }).message).toEqual({
      role: 'assistant',
      content: 'a',
    });
  });

  it('takes reasoning under the name that other servers of V4 give it', () => {
    expect(join({ reasoning: 'Hm' }, { reasoning: '.' }).message.reasoning_content).toBe('Hm.');
  });

  it('always has a content that is a string', () => {
    expect(join({ content: null, tool_calls: [call(0, 'a', '{}', 'x')] }).message.content).toBe('');
    expect(join({}).message.content).toBe('');
  });

  it('keeps the order of keys that the provider’s cache has', () => {
    const { message } = join({ tool_calls: [call(0, 'a', '{}', 'x')], reasoning_content: 'r', content: 'c' });
    expect(Object.keys(message)).toEqual(['role', 'content', 'reasoning_content', 'tool_calls']);
  });

  it('lets a last chunk be without choices or without a delta', () => {
    const joiner = createJoiner();
    joiner.add({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }] } as never);
    joiner.add({ choices: [{ index: 0, finish_reason: 'stop' }] } as never);
    joiner.add({ model: 'm' } as never);
    expect(joiner.result()).toMatchObject({ message: { content: 'a' }, finishReason: 'stop', model: 'm' });
  });
});

describe('the finish reason', () => {
  it.each([null, '', true, 1, {}])('is none where a server sends %j', (reason) => {
    const joiner = createJoiner();
    joiner.add({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: reason }] } as never);
    expect(joiner.result().finishReason).toBeNull();
  });
});

describe('the usage', () => {
  const base = { prompt_tokens: 100, completion_tokens: 20 };
  it.each([
    ['V4’s own names', { ...base, prompt_cache_hit_tokens: 60 }, [60, 40, 20, 0]],
    ['OpenAI’s names', { ...base, prompt_tokens_details: { cached_tokens: 60 } }, [60, 40, 20, 0]],
    ['no word on the cache', base, [0, 100, 20, 0]],
    ['reasoning', { ...base, completion_tokens_details: { reasoning_tokens: 15 } }, [0, 100, 20, 15]],
    ['more hits than tokens', { ...base, prompt_cache_hit_tokens: 500 }, [100, 0, 20, 0]],
    [
      'more reasoning than output',
      { ...base, completion_tokens_details: { reasoning_tokens: 99 } },
      [0, 100, 20, 20],
    ],
    ['negative hits', { ...base, prompt_cache_hit_tokens: -5 }, [0, 100, 20, 0]],
    [
      'nulls for details',
      { ...base, prompt_tokens_details: null, completion_tokens_details: null },
      [0, 100, 20, 0],
    ],
    ['nothing at all done', { prompt_tokens: 0, completion_tokens: 0 }, [0, 0, 0, 0]],
  ])('is read with %s', (_, raw, [cacheHitTokens, cacheMissTokens, outputTokens, reasoningTokens]) => {
    expect(usageOf(raw)).toEqual({ cacheHitTokens, cacheMissTokens, outputTokens, reasoningTokens });
  });

  it.each([
    ['NaN', { prompt_tokens: Number.NaN, completion_tokens: 1 }],
    ['infinite', { prompt_tokens: 1, completion_tokens: Number.POSITIVE_INFINITY }],
    ['negative', { prompt_tokens: -1, completion_tokens: 1 }],
    ['a string', { prompt_tokens: '1', completion_tokens: 1 }],
    ['missing', { prompt_tokens: 1 }],
  ])('with a number that is %s counts as absent', (_, raw) => {
    expect(usageOf(raw)).toBeNull();
  });

  it('of the last chunk that has one counts', () => {
    const joiner = createJoiner();
    joiner.add({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } } as never);
    joiner.add({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 2 } } as never);
    joiner.add({ choices: [], usage: null } as never);
    expect(joiner.result().usage).toMatchObject({ cacheMissTokens: 2, outputTokens: 2 });
  });
});
