// Errors: classes, names and fields that apps test for.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as errors from '../../js/errors.js';

test('each kind of failure is its own class, and an Error', () => {
  const { NotInitializedError: _, ...rest } = errors;
  const classes = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value.prototype instanceof Error),
  );
  assert.equal(Object.keys(classes).length, 7);
  for (const [name, Class] of Object.entries(classes)) {
    const error = make(name);
    assert.equal(error.constructor, Class);
    assert.ok(error instanceof errors.VideoError);
    assert.ok(error instanceof Error);
  }
});

test('fields that are not known are absent', () => {
  const error = make('ErrorFromResponse', { status: 404 });

  assert.equal(error.status, 404);
  assert.equal('serverCode' in error, false);
  assert.equal('cause' in error, false);
  assert.deepEqual(error.attempts, []);
});

test('the stack begins with name and message', () => {
  const error = make('DeviceError');

  assert.match(error.stack, /^DeviceError: no camera\n/);
});

test('an aborted join looks like any aborted operation', () => {
  assert.equal(make('JoinAbortedError').name, 'AbortError');
});

test('what was used too early is named, with the remedy', () => {
  const error = new errors.NotInitializedError('Client');

  assert.equal(error.code, 'not-initialized');
  assert.match(error.message, /^Client /);
  assert.match(error.hint, /init\(\)/);
  assert.ok(error instanceof errors.VideoError);
});

function make(name, fields = {}) {
  const known = { code: 'code', category: 'device', hint: 'hint', attempts: [] };
  const unknown = { serverCode: undefined, cause: undefined };
  return errors.makeError(name, 'no camera', { ...known, ...unknown, ...fields });
}
