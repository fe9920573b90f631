import { javaProxyOptions } from '../java/proxy-options.ts';

const certificates = '/etc/ssl/certs/ca-certificates.crt';

/** pnpm reads npm's variables up to version 10. */
function shortRetries(manager: string): [string, string][] {
  return [
    [`${manager}_config_fetch_retries`, '1'],
    [`${manager}_config_fetch_retry_mintimeout`, '1000'],
    [`${manager}_config_fetch_retry_maxtimeout`, '5000'],
  ];
}

/**
 * Variables that an installation runs with: every tool's own name for the certificates that the image trusts, short
 * retries where a host cannot be reached, and the operator's proxies.
 */
export function installVariables(proxy: Record<string, string>): Record<string, string> {
  const trust = [
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'PIP_CERT',
    'REQUESTS_CA_BUNDLE',
    'CURL_CA_BUNDLE',
    'GIT_SSL_CAINFO',
    'CARGO_HTTP_CAINFO',
  ];
  const javaOptions = javaProxyOptions(proxy).join(' ');
  return {
    ...Object.fromEntries(trust.map((name) => [name, certificates])),
    ...Object.fromEntries(['npm', 'pnpm'].flatMap(shortRetries)),
    ...(javaOptions === '' ? {} : { MAVEN_OPTS: javaOptions }),
    ...proxy,
  };
}
