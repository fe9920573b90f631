import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { poetryRequirements } from '../../../src/environment/python/poetry.ts';

const requirements = (dependencies: string) =>
  poetryRequirements(parse(`[tool.poetry.group.test.dependencies]\n${dependencies}`), (names) => [...names]);

describe('poetryRequirements', () => {
  it.each<[string, string]>([
    ['pytest = "^7.1.2"', 'pytest>=7.1.2,<8'],
    ['pytest = "^0.3.1"', 'pytest>=0.3.1,<0.4'],
    ['pytest = "~1.2.3"', 'pytest>=1.2.3,<1.3'],
    ['pytest = "~1"', 'pytest>=1,<2'],
    ['pytest = "1.2"', 'pytest==1.2'],
    ['pytest = ">=1.2, !=1.5"', 'pytest>=1.2,!=1.5'],
    ['pytest = "~=1.4"', 'pytest~=1.4'],
    ['pytest = "*"', 'pytest'],
    ['pytest = "^6 || ^7"', 'pytest'],
    ['pytest = {version = "^7", extras = ["a", "b"]}', 'pytest[a,b]>=7,<8'],
    [`pytest = {version = "7", markers = "python_version > '3'"}`, "pytest==7 ; python_version > '3'"],
    ['pytest = {git = "https://host/x", tag = "v1"}', 'pytest @ git+https://host/x@v1'],
    ['pytest = [{version = "1", python = "<3"}, {version = "2"}]', 'pytest'],
  ])('reads %s', (line, requirement) => {
    expect(requirements(line)).toEqual([requirement]);
  });

  it('leaves out Python itself and what lies in the repository', () => {
    expect(requirements('python = "^3.8"\nplugin = {path = "plugin"}')).toEqual([]);
  });

  it('takes the chosen groups alone, and the one that older projects have', () => {
    const toml = `[tool.poetry.dev-dependencies]\na = "*"\n[tool.poetry.group.docs.dependencies]\nb = "*"`;
    expect(poetryRequirements(parse(toml), () => [])).toEqual(['a']);
  });
});
