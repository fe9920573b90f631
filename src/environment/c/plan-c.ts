import type { EnvironmentPlan } from '../../core/environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { planCMake } from './plan-cmake.ts';
import { planMake } from './plan-make.ts';

/** CMake where its files have tests, else configure and make: repositories with both have the same tests in both. */
export async function planC(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  return (await planCMake(files)) ?? (await planMake(files));
}
