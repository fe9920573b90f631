import { describe, expect, it } from 'vitest';
import { testNeeds } from '../../src/text/test-needs.ts';

describe('testNeeds', () => {
  it.each([
    ['a display', ['_tkinter.TclError: no display name and no $DISPLAY environment variable']],
    ['a display', ['[ERROR] Missing X server or $DISPLAY', 'Error: cannot open display: :0']],
    ['Docker', ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock.']],
    ['Docker', ['Error: connect ENOENT /var/run/docker.sock', 'spawnSync docker ENOENT']],
    ['Docker', ['Error: Could not find a working container runtime strategy']],
    [
      'a terminal',
      ['EOFError: EOF when reading a line', 'TypeError: process.stdin.setRawMode is not a function'],
    ],
    ['a terminal', ["Error: ENXIO: no such device or address, open '/dev/tty'"]],
    ['a terminal', ['Overwrite all of it? [y/N] ', 'Continue? \n', 'Password:']],
    ['a browser', ['Error: Could not find Chrome (ver. 121). This can occur if either']],
    ['a browser', ["browserType.launch: Executable doesn't exist at /home/x/chrome"]],
    [
      'a service that is called db',
      ['getaddrinfo EAI_AGAIN db', 'could not translate host name "db" to address'],
    ],
    [
      'the program ffmpeg',
      ['spawn ffmpeg ENOENT', "FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'"],
    ],
    ['the program dot', ['/bin/sh: 1: dot: not found', 'exec: "dot": executable file not found in $PATH']],
    ['the variable API_TOKEN', ["KeyError: 'API_TOKEN'"]],
    ['port 5432', ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432']],
    ['port 5432', ['connection to server at "localhost" (::1), port 5432 failed: Connection refused']],
    [
      'port 5432, 6379',
      ['connect ECONNREFUSED ::1:5432', 'Error 99 connecting to localhost:6379. Cannot assign'],
    ],
    ['a service on this machine', ['AggregateError [ECONNREFUSED]: \n    at internalConnectMultiple']],
    ['a service on this machine', [`(2003, "Can't connect to MySQL server on '127.0.0.1'")`]],
    ['the library libtk8.6.so', ['ImportError: libtk8.6.so: cannot open shared object file: No such file']],
    ['the package yaml', ["ModuleNotFoundError: No module named 'yaml'", "Error: Cannot find module 'yaml'"]],
    ['the network, which', ['TypeError: fetch failed']],
    ['port 6379', ['dial tcp 127.0.0.1:6379: connect: connection refused']],
    ['the network (api.example.com)', ['getaddrinfo EAI_AGAIN api.example.com']],
    ['the network (example.com)', ['dial tcp: lookup example.com: no such host']],
    ['the network, which', ['socket.gaierror: [Errno -3] Temporary failure in name resolution']],
    ['Rust 1.99', ['error: package `a v1.0.0` cannot be built because it requires rustc 1.99.0 or newer']],
    ['root', ['AssertionError: this must be run as root']],
    ['root', ['listen EACCES: permission denied 0.0.0.0:80', 'sudo: not found', 'spawnSync sudo ENOENT']],
    ['root', ['PermissionError: [Errno 1] Operation not permitted']],
    ['root', ["PermissionError: [Errno 13] Permission denied: '/etc/hosts'"]],
  ])('names %s', (what, messages) => {
    const [need, ...others] = testNeeds(messages);
    expect(need).toContain(what);
    expect(need).toMatch(new RegExp(`^${messages.length} failures? look`));
    expect(others).toEqual([]);
  });

  it('names each need once, and none where a test fails by itself', () => {
    expect(testNeeds(['getaddrinfo ENOTFOUND a.example', 'spawn docker ENOENT'])).toHaveLength(2);
    const own = ['expected 1 to be 2', 'TypeError: x is not a function', "KeyError: 'name'", ''];
    expect(
      testNeeds([
        ...own,
        'Error: user not found',
        'Error: not found',
        "Cannot find module './a'",
        "No such file or directory: 'data/a.txt'",
      ]),
    ).toEqual([]);
  });
});
