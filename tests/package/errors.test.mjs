// Errors: classes, names and fields that apps test for.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as errors from '../../js/errors.js';

test('each kind of failure is its own class, and an Error', () => {
  const classes = [
    errors.VideoError,
    errors.ErrorFromResponse,
    errors.SfuJoinError,
    errors.SfuTimeoutError,
    errors.DeviceError,
    errors.JoinAbortedError,
    errors.IllegalStateError,
  ];
  classes.forEach((Class, kind) => {
    const error = make(kind);
    assert.equal(error.constructor, Class);
    assert.ok(error instanceof errors.VideoError);
    assert.ok(error instanceof Error);
  });
});

test('fields that are not known are absent', () => {
  const error = make(1, { status: 404 });

  assert.equal(error.status, 404);
  assert.equal('serverCode' in error, false);
  assert.equal('cause' in error, false);
  assert.deepEqual(error.attempts, []);
});

test('the stack begins with name and message', () => {
  const error = make(4);

  assert.match(error.stack, /^DeviceError: no camera\n/);
});

test('an aborted join looks like any aborted operation', () => {
  assert.equal(make(5).name, 'AbortError');
});

test('what was used too early is named, with the remedy', () => {
  const error = new errors.NotInitializedError('Client');

  assert.equal(error.code, 'not-initialized');
  assert.match(error.message, /^Client /);
  assert.match(error.hint, /init\(\)/);
  assert.ok(error instanceof errors.VideoError);
});

function make(kind, fields = {}) {
  return errors.makeError(
    kind,
    'no camera',
    'code',
    'device',
    'hint',
    false,
    false,
    [],
    fields.serverCode,
    fields.status,
    fields.requestId,
    fields.cause,
  );
}
