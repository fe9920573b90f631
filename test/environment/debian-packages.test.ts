import { expect, it } from 'vitest';
import { installDebianPackages } from '../../src/environment/debian-packages.ts';

it('the same packages are the same commands, in whatever order and number they are asked for', () => {
  const [update, install] = installDebianPackages(['ruby', 'cmake', 'ruby']);
  expect(update).toMatch(/^apt-get .*update$/);
  expect(install).toMatch(/ cmake ruby$/);
  expect(installDebianPackages(['cmake', 'ruby'])).toEqual([update, install]);
  expect(installDebianPackages([])).toEqual([]);
});
