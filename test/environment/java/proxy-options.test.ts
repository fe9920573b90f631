import { describe, expect, it } from 'vitest';
import { javaProxyOptions } from '../../../src/environment/java/proxy-options.ts';

describe('javaProxyOptions', () => {
  it('are none without a proxy', () => {
    expect(javaProxyOptions({})).toEqual([]);
    expect(javaProxyOptions({ https_proxy: 'no address' })).toEqual([]);
  });

  it('say to Java what the usual variables say to others', () => {
    const options = javaProxyOptions({
      https_proxy: 'http://me:p%40ss@proxy.test:3128',
      no_proxy: '.corp.test, other.test',
    });
    expect(options).toEqual([
      '-Dhttps.proxyHost=proxy.test',
      '-Dhttps.proxyPort=3128',
      '-Dhttps.proxyUser=me',
      '-Dhttps.proxyPassword=p@ss',
      '-Dhttp.nonProxyHosts=localhost|127.*|corp.test|*.corp.test|other.test|*.other.test',
      '-Daether.connector.http.useSystemProperties=true',
    ]);
  });

  it('know the port of a proxy that names none', () => {
    expect(javaProxyOptions({ http_proxy: 'http://proxy.test' })).toContain('-Dhttp.proxyPort=80');
  });
});
