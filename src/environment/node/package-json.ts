import { z } from 'zod';

const textRecord = z.record(z.string(), z.string()).catch({});

/** The parts of a package.json that matter here; what has the wrong type counts as absent, as npm mostly does. */
export const packageJsonSchema = z.object({
  name: z.string().optional().catch(undefined),
  main: z.string().optional().catch(undefined),
  exports: z.unknown().optional(),
  imports: z.unknown().optional(),
  packageManager: z.string().optional().catch(undefined),
  scripts: textRecord.default({}),
  dependencies: textRecord.default({}),
  devDependencies: textRecord.default({}),
  engines: textRecord.default({}),
  volta: textRecord.optional(),
  tap: z.object({ plugin: z.unknown() }).optional().catch(undefined),
  workspaces: z
    .union([
      z.array(z.string()),
      z.object({ packages: z.array(z.string()) }).transform((value) => value.packages),
    ])
    .optional()
    .catch(undefined),
});
export type PackageJson = z.infer<typeof packageJsonSchema>;
