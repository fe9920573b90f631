/**
 * Java's own options for the operator's proxies: it knows none of the usual variables. Maven from version 3.9 on has to be
 * told to look at them.
 */
export function javaProxyOptions(proxy: Record<string, string>): string[] {
  const options = ['http', 'https'].flatMap((scheme) => {
    const url = URL.parse(proxy[`${scheme}_proxy`] ?? '');
    if (url === null) return [];
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return [
      `-D${scheme}.proxyHost=${url.hostname}`,
      `-D${scheme}.proxyPort=${port}`,
      ...(url.username === '' ? [] : [`-D${scheme}.proxyUser=${decodeURIComponent(url.username)}`]),
      ...(url.password === '' ? [] : [`-D${scheme}.proxyPassword=${decodeURIComponent(url.password)}`]),
    ];
  });
  if (options.length === 0) return [];
  return [...options, `-Dhttp.nonProxyHosts=${directHosts(proxy.no_proxy ?? '')}`, useThem];
}

const useThem = '-Daether.connector.http.useSystemProperties=true';

/** `example.org` and `.example.org` stand for all hosts below as well. */
function directHosts(list: string): string {
  const hosts = list.split(',').map((host) => host.trim().replace(/^\*?\./, ''));
  return ['localhost', '127.*', ...hosts.flatMap((host) => (host === '' ? [] : [host, `*.${host}`]))].join(
    '|',
  );
}
