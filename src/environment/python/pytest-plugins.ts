/** What pytest's configuration asks for that is not pytest's own, and the package that has it. */
const plugins: readonly (readonly [RegExp, string])[] = [
  [/--(no-)?cov\b|--cov-/, 'pytest-cov'],
  [/(^|\s)(-n[ =]?(\d+|auto|logical)|--numprocesses|--dist\b)/, 'pytest-xdist'],
  [/--timeout\b|^\s*timeout(_method)?\s*=/m, 'pytest-timeout'],
  [/asyncio_mode|--asyncio-mode|asyncio_default_fixture_loop_scope/, 'pytest-asyncio'],
  [/DJANGO_SETTINGS_MODULE|--ds\b|--reuse-db|--nomigrations|--no-migrations/, 'pytest-django'],
  [/--benchmark-/, 'pytest-benchmark'],
  [/--randomly-|-p randomly/, 'pytest-randomly'],
  [/--doctest-plus|doctest_plus|--doctest-rst/, 'pytest-doctestplus'],
  [/--reruns\b/, 'pytest-rerunfailures'],
  [/--mypy\b|--mypy-/, 'pytest-mypy'],
  [/--flake8\b/, 'pytest-flake8'],
  [/--pep8\b/, 'pytest-pep8'],
  [/--isort\b/, 'pytest-isort'],
  [/--black\b/, 'pytest-black'],
  [/--ruff\b/, 'pytest-ruff'],
  [/--picked\b/, 'pytest-picked'],
  [/--instafail\b/, 'pytest-instafail'],
  [/--snapshot-/, 'syrupy'],
  [/--mpl\b|--mpl-/, 'pytest-mpl'],
  [/--forked\b/, 'pytest-forked'],
  [/--remote-data|remote_data_strict/, 'pytest-remotedata'],
  [/--arraydiff/, 'pytest-arraydiff'],
  [/--disable-socket|--allow-hosts/, 'pytest-socket'],
  [/--markdown-docs/, 'pytest-markdown-docs'],
  [/^\s*env\s*=\s*$/m, 'pytest-env'],
  [/qt_api/, 'pytest-qt'],
  [/twisted|--reactor\b/, 'pytest-twisted'],
  [/--record-mode|--vcr/, 'pytest-recording'],
  [/--spec\b/, 'pytest-spec'],
  [/--sugar|-p sugar/, 'pytest-sugar'],
  [/--html\b/, 'pytest-html'],
];

/** The plugins without which pytest would refuse its configuration, as text of ini files or of pyproject.toml. */
export function demandedPlugins(configuration: string): string[] {
  return plugins.flatMap(([pattern, name]) => (pattern.test(configuration) ? [name] : []));
}

/** Packages for tests by the module that tests import; only those that are for tests alone or nearly so. */
const testModules: Readonly<Record<string, string>> = {
  mock: 'mock',
  hypothesis: 'hypothesis',
  freezegun: 'freezegun',
  time_machine: 'time-machine',
  responses: 'responses',
  requests_mock: 'requests-mock',
  respx: 'respx',
  httpretty: 'httpretty',
  parameterized: 'parameterized',
  ddt: 'ddt',
  nose: 'nose',
  testfixtures: 'testfixtures',
  testtools: 'testtools',
  sybil: 'sybil',
  pretend: 'pretend',
  flaky: 'flaky',
  factory: 'factory-boy',
  faker: 'faker',
  syrupy: 'syrupy',
  pyfakefs: 'pyfakefs',
  pexpect: 'pexpect',
  trustme: 'trustme',
  vcr: 'vcrpy',
  django_dynamic_fixture: 'django-dynamic-fixture',
  pytest_mock: 'pytest-mock',
  pkg_resources: 'setuptools<81', // later ones have it no more
};

/** What the tests' own sources import of these. */
export function importedTestPackages(sources: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const source of sources) {
    for (const [, module = ''] of source.matchAll(/^(?:from|import)\s+(\w+)/gm)) {
      if (Object.hasOwn(testModules, module)) found.add(testModules[module] as string);
    }
    if (/@pytest\.mark\.asyncio/.test(source)) found.add('pytest-asyncio');
    if (/@pytest\.mark\.django_db/.test(source)) found.add('pytest-django');
    if (/def test_\w+\([^)]*\bmocker\b/.test(source)) found.add('pytest-mock');
    if (/def test_\w+\([^)]*\bbenchmark\b/.test(source)) found.add('pytest-benchmark');
    if (/def test_\w+\([^)]*\bsubtests\b/.test(source)) found.add('pytest-subtests');
    if (/def test_\w+\([^)]*\bhttpbin\b/.test(source)) found.add('pytest-httpbin');
  }
  return [...found].sort();
}
