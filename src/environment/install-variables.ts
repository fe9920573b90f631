const certificates = '/etc/ssl/certs/ca-certificates.crt';

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
  return {
    ...Object.fromEntries(trust.map((name) => [name, certificates])),
    npm_config_fetch_retries: '1',
    npm_config_fetch_retry_mintimeout: '1000',
    npm_config_fetch_retry_maxtimeout: '5000',
    ...proxy,
  };
}
