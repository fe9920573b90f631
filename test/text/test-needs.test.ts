import { describe, expect, it } from 'vitest';
import { testNeeds } from '../../src/text/test-needs.ts';

describe('testNeeds', () => {
  it.each([
    ['a display', ['_tkinter.TclError: no display name and no $DISPLAY environment variable']],
    ['a display', ['[ERROR] Missing X server or $DISPLAY', 'Error: cannot open display: :0']],
    ['Docker', ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock.']],
    ['Docker', ['Error: connect ENOENT /var/run/docker.sock']],
    ['port 5432', ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432']],
    ['port 5432', ['connection to server at "localhost" (::1), port 5432 failed: Connection refused']],
    ['port 6379', ['dial tcp 127.0.0.1:6379: connect: connection refused']],
    ['the network (api.example.com)', ['getaddrinfo EAI_AGAIN api.example.com']],
    ['the network (example.com)', ['dial tcp: lookup example.com: no such host']],
    ['the network, which', ['socket.gaierror: [Errno -3] Temporary failure in name resolution']],
    ['Rust 1.99', ['error: package `a v1.0.0` cannot be built because it requires rustc 1.99.0 or newer']],
    ['root', ['AssertionError: this must be run as root']],
    ['root', ["PermissionError: [Errno 13] Permission denied: '/etc/hosts'"]],
  ])('names %s', (what, messages) => {
    const [need, ...others] = testNeeds(messages);
    expect(need).toContain(what);
    expect(need).toMatch(new RegExp(`^${messages.length} failures? look`));
    expect(others).toEqual([]);
  });

  it('names each need once, and none where a test fails by itself', () => {
    expect(testNeeds(['getaddrinfo ENOTFOUND a.example', 'spawn docker ENOENT'])).toHaveLength(2);
    expect(testNeeds(['expected 1 to be 2', 'TypeError: x is not a function', ''])).toEqual([]);
  });
});
