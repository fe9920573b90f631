import { expect, it } from 'vitest';
import { registrySecrets } from '../../src/text/registry-secrets.ts';

const secret = 'zXy0123456789-secret';
const encoded = Buffer.from(`reader:${secret}`).toString('base64');

it.each([
  ['.npmrc', `@acme:registry=https://npm.acme.example/\n//npm.acme.example/:_authToken=${secret}\n`],
  ['.npmrc with a user', `//npm.acme.example/:_auth=${encoded}\nalways-auth=true\n`],
  ['.npmrc with a password', `//npm.acme.example/:_password=${Buffer.from(secret).toString('base64')}\n`],
  ['.yarnrc.yml', `npmRegistries:\n  "https://npm.acme.example":\n    npmAuthToken: "${secret}"\n`],
  ['.netrc', `machine acme.example\n  login reader\n  password ${secret}\n`],
  ['.netrc in one line', `machine acme.example login reader password ${secret}`],
  ['pip.conf', `[global]\nextra-index-url = https://reader:${secret}@pypi.acme.example/simple\n`],
  ['an address with nothing but a token', `GOPROXY=https://${secret}@go.acme.example,direct\n`],
  ['settings.xml', `<servers><server><id>acme</id><password>${secret}</password></server></servers>`],
  ['settings.xml with a header', `<name>Authorization</name><value>Bearer ${secret}</value>`],
  ['credentials.toml', `[registries.acme]\ntoken = "Bearer ${secret}"\n`],
])('finds the secret in %s', (_file, text) => {
  expect(registrySecrets(text)).toContain(secret);
});

it('takes no address, user or place holder for a secret', () => {
  const text = [
    '//npm.acme.example/:_authToken=${NPM_TOKEN}',
    'machine acme.example login reader',
    'registry=https://npm.acme.example/',
  ];
  expect(registrySecrets(text.join('\n'))).toEqual([]);
});
