import { expect, it } from 'vitest';
import { tellAll } from '../../src/telemetry/observer.ts';

it('tells the others when one of them throws, and goes on', () => {
  const heard: string[] = [];
  const errors: unknown[] = [];
  const broken = {
    runLeft() {
      throw new Error('a bug');
    },
  };
  const all = tellAll([broken, { runLeft: (run) => heard.push(run) }, {}], (error) => errors.push(error));
  all.runLeft('a');
  expect(heard).toEqual(['a']);
  expect(errors).toEqual([new Error('a bug')]);
});
