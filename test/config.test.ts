import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAppConfig } from '../src/app-config.ts';
import { readConfig, requireApiKey } from '../src/config.ts';
import { OperationalError } from '../src/core/errors.ts';

describe('readConfig', () => {
  const defaults = {
    model: {
      apiKey: undefined,
      baseUrl: 'https://api.deepseek.com',
      name: 'deepseek-v4-pro',
      server: 'deepseek',
      prices: {},
    },
    dataDirectory: join(homedir(), '.local/share/ai-fix'),
    dockerHost: undefined,
    sandboxImage: undefined,
    setup: undefined,
    proxy: {},
    extraCertificates: undefined,
    cache: { days: 14, gigabytes: 20 },
    colour: true,
  };
  const names = [
    'DEEPSEEK_API_KEY',
    'DEEPSEEK_BASE_URL',
    'AI_FIX_MODEL',
    'AI_FIX_MODEL_SERVER',
    'AI_FIX_MODEL_PRICES',
    'AI_FIX_DATA_DIR',
    'XDG_DATA_HOME',
    'DOCKER_HOST',
    'AI_FIX_SANDBOX_IMAGE',
    'AI_FIX_SETUP',
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'NO_PROXY',
    'NODE_EXTRA_CA_CERTS',
    'NO_COLOR',
  ];

  it('has a default for everything that needs one', () => {
    expect(readConfig({})).toEqual(defaults);
  });

  it.each([
    ['empty', ''],
    ['missing', undefined],
  ])('takes a variable that is %s for absent', (_, value) => {
    expect(readConfig(Object.fromEntries(names.map((name) => [name, value])))).toEqual(defaults);
  });

  it('reads every variable', () => {
    expect(
      readConfig({
        DEEPSEEK_API_KEY: 'sk-1',
        DEEPSEEK_BASE_URL: 'http://localhost:8000/v1',
        AI_FIX_MODEL: 'deepseek-flash',
        AI_FIX_MODEL_SERVER: 'vllm',
        AI_FIX_MODEL_PRICES: '0.02, 0.6,2',
        AI_FIX_DATA_DIR: '/data',
        XDG_DATA_HOME: '/xdg',
        DOCKER_HOST: 'tcp://docker:2375',
        AI_FIX_SANDBOX_IMAGE: 'mine:1',
        AI_FIX_REGISTRIES: '/etc/ai-fix/registries',
        AI_FIX_SETUP: '0',
        HTTPS_PROXY: 'http://proxy:3128',
        NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
        AI_FIX_CACHE_DAYS: '7',
        AI_FIX_CACHE_GB: '2.5',
        NO_COLOR: '1',
        PATH: '/bin',
      }),
    ).toEqual({
      model: {
        apiKey: 'sk-1',
        baseUrl: 'http://localhost:8000/v1',
        name: 'deepseek-flash',
        server: 'vllm',
        prices: { '': { cacheHit: 0.02, cacheMiss: 0.6, output: 2 } },
      },
      dataDirectory: '/data',
      dockerHost: 'tcp://docker:2375',
      sandboxImage: 'mine:1',
      registries: '/etc/ai-fix/registries',
      setup: '0',
      proxy: { HTTPS_PROXY: 'http://proxy:3128', https_proxy: 'http://proxy:3128' },
      extraCertificates: '/etc/ca.pem',
      cache: { days: 7, gigabytes: 2.5 },
      colour: false,
    });
  });

  it('keeps its data where the desktop says, unless told otherwise', () => {
    expect(readConfig({ XDG_DATA_HOME: '/xdg' }).dataDirectory).toBe('/xdg/ai-fix');
  });

  it('takes white space around a value for a slip', () => {
    const { model } = readConfig({ DEEPSEEK_API_KEY: ' sk-1\n', AI_FIX_MODEL: ' deepseek-flash ' });
    expect(model).toMatchObject({ apiKey: 'sk-1', name: 'deepseek-flash' });
  });

  it('reports every problem at once, by name, and no value', () => {
    const secret = 'sk-secret';
    const read = () =>
      readConfig({
        DEEPSEEK_API_KEY: secret,
        DEEPSEEK_BASE_URL: 'localhost',
        AI_FIX_SETUP: 'yes',
        AI_FIX_MODEL: '  ',
      });
    expect(read).toThrow(OperationalError);
    expect(read).toThrow(expect.objectContaining({ code: 'bad_config' }));
    const message = messageOf(read);
    expect(message).toContain('DEEPSEEK_BASE_URL: must be an http or https address');
    expect(message).toContain('AI_FIX_SETUP: ');
    expect(message).toContain('AI_FIX_MODEL: ');
    expect(message).not.toContain(secret);
  });

  it('takes prices for single models', () => {
    const { prices } = readConfig({ AI_FIX_MODEL_PRICES: 'own/large=1,2,3; 0.1,0.2,0.3' }).model;
    expect(prices).toEqual({
      'own/large': { cacheHit: 1, cacheMiss: 2, output: 3 },
      '': { cacheHit: 0.1, cacheMiss: 0.2, output: 0.3 },
    });
  });

  it.each([
    '1,2',
    '1,2,3,4',
    'a,b,c',
    '1,,3',
    '-1,2,3',
    '1,2,Infinity',
    'm=1,2',
    '1,2,3;',
    'm=1,2,3;m=1,2,3',
  ])('refuses %j as prices', (prices) => {
    const read = () => readConfig({ AI_FIX_MODEL_PRICES: prices });
    expect(messageOf(read)).toContain('AI_FIX_MODEL_PRICES: must be three numbers, such as 0.02,0.6,2');
  });

  it.each(['ftp://host', 'file:///etc/passwd', 'javascript:alert(1)', 'not an address'])(
    'refuses %j as an endpoint',
    (DEEPSEEK_BASE_URL) => {
      expect(() => readConfig({ DEEPSEEK_BASE_URL })).toThrow('DEEPSEEK_BASE_URL');
    },
  );
});

describe('readAppConfig', () => {
  it('refuses to forget deliveries that GitHub may send again', () => {
    const read = () => readAppConfig({ AI_FIX_RETENTION_DAYS: '2', AI_FIX_CACHE_GB: '0' });
    expect(read).toThrow(/AI_FIX_CACHE_GB: .*AI_FIX_RETENTION_DAYS: must be at least 7/s);
  });
});

describe('requireApiKey', () => {
  it('gives the key where there is one', () => {
    expect(requireApiKey(readConfig({ DEEPSEEK_API_KEY: 'sk-1' }))).toBe('sk-1');
  });

  it.each([
    undefined,
    'https://api.deepseek.com',
    'https://api.deepseek.com/',
    'https://api.deepseek.com/v1',
    'https://API.deepseek.com/beta',
  ])('demands one for the maker’s endpoint, written as %j', (DEEPSEEK_BASE_URL) => {
    expect(() => requireApiKey(readConfig({ DEEPSEEK_BASE_URL }))).toThrow(
      expect.objectContaining({
        code: 'model_refused_key',
        message: expect.stringContaining('set DEEPSEEK_API_KEY'),
      }),
    );
  });

  it('needs none for a server of one’s own', () => {
    const config = readConfig({ DEEPSEEK_BASE_URL: 'http://localhost:8000/v1' });
    expect(requireApiKey(config)).not.toBe('');
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
