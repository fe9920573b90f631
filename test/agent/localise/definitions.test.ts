import { expect, it } from 'vitest';
import { definitionsIn } from '../../../src/agent/localise/definitions.ts';

it.each<[string, string, string[]]>([
  [
    'a.py',
    'LIMIT = 3\nclass A(B):\n    async def run(self):\n        x = 1\n\ndef f(): pass\nf()\n',
    ['A', 'run', 'f', 'LIMIT'],
  ],
  [
    'a.ts',
    'export default class A<T> {\n  private async run(x: T): Promise<void> {\n  }\n  get size() {\n  }\n}\nexport const f = () => 1;\nexport type T = string;\nenum E { a }\ninterface I {}\nif (a) {\n}\nasync function* g() {}\n',
    ['A', 'T', 'E', 'I', 'g', 'f', 'run', 'size'],
  ],
  [
    'a.js',
    'Router.prototype.handle = function () {};\nexports.parse = (a) => a;\nlet state;\n',
    ['state', 'handle', 'parse'],
  ],
  [
    'a.go',
    'package a\ntype Server struct {\n}\nfunc (s *Server) Serve(c Conn) error {\n}\nfunc New() {}\nvar ErrX = 1\n',
    ['Serve', 'New', 'Server', 'ErrX'],
  ],
  [
    'a.rs',
    'pub(crate) struct A;\nimpl A {\n    pub async fn run(&self) {}\n}\npub const MAX: u8 = 1;\nmacro_rules! m { }\nenum E {}\n',
    ['A', 'run', 'm', 'E', 'MAX'],
  ],
  [
    'A.java',
    'public abstract class A<T> extends B {\n  @Override\n  public static <T> List<T> of(T... all) {\n    return make(all);\n  }\n  void run() throws X {\n  }\n}\nrecord R(int a) {}\n',
    ['A', 'R', 'of', 'run'],
  ],
  ['a.rb', 'module M\n  class M::A\n    def self.run?\n', ['M', 'A', 'run']],
  [
    'a.c',
    'static int add(int a,\n  int b)\n{\n  return sub(a);\n}\nstruct point {\n};\n#define MAX 3\n',
    ['point', 'MAX', 'add'],
  ],
  ['a.unknown', 'def f():\n', []],
])('finds what %s introduces: %j', (path, text, names) => {
  expect(definitionsIn(path, text)).toEqual(names);
});
