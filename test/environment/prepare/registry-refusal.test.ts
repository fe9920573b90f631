import { describe, expect, it } from 'vitest';
import { registryRefusal } from '../../../src/environment/prepare/registry-refusal.ts';

const pip = `Looking in indexes: http://pip.acme.example/simple/
User for pip.acme.example: ERROR: Exception:
Traceback (most recent call last):`;
const uv = `error: No solution found when resolving dependencies
hint: An index URL (http://pip.acme.example:81/simple/) could not be queried due to a lack of valid authentication credentials (401 Unauthorized)`;
const npm = `npm error code E401
npm error Please try again, or recover your password at:
npm error   https://www.npmjs.com/forgot`;

describe('registryRefusal', () => {
  it.each([
    ['pip, which asks whom nobody answers', pip, 'The registry pip.acme.example refused'],
    ['uv', uv, 'The registry pip.acme.example:81 refused'],
    ['npm, which does not say where', npm, 'A registry refused'],
    [
      'pnpm',
      ' ERR_PNPM_FETCH_403  GET https://npm.acme.example/@acme%2Fsecret: Forbidden - 403',
      'The registry npm.acme.example refused',
    ],
    [
      'Maven',
      'Could not transfer artifact acme:x:pom:1 from/to acme (https://mvn.acme.example/r): status code: 401, reason phrase: Unauthorized (401)',
      'The registry mvn.acme.example refused',
    ],
    [
      'git',
      "fatal: could not read Username for 'https://git.acme.example': terminal prompts disabled",
      'The registry git.acme.example refused',
    ],
    [
      'Go',
      'reading https://go.acme.example/x/@v/list: 401 Unauthorized',
      'The registry go.acme.example refused',
    ],
    [
      'cargo',
      'error: no token found for `acme`, please run `cargo login --registry acme`',
      'A registry refused',
    ],
  ])('hears it from %s, and names the setting', (_who, said, what) => {
    expect(registryRefusal(said)).toContain(what);
    expect(registryRefusal(said)).toContain('AI_FIX_REGISTRIES');
  });

  it('takes no other failure for one', () => {
    expect(registryRefusal('npm error code E404\nnpm error 404 Not Found')).toBeNull();
    expect(registryRefusal('error: test result: 401 passed; 0 failed')).toBeNull();
  });
});
