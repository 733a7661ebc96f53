// Free JSON objects in messages of the SFU.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readStruct } from '../../js/struct.js';

// A small encoder: a field is its number, its wire type and its bytes.
const bytes = (number, content) => [(number << 3) | 2, ...length(content.length), ...content];
const text = (value) => [...new TextEncoder().encode(value)];
const length = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...length(value >> 7)]);
const double = (value) => [17, ...new Uint8Array(new Float64Array([value]).buffer)];

function encode(value) {
  if (value === null) return [8, 0];
  if (typeof value === 'number') return double(value);
  if (typeof value === 'string') return bytes(3, text(value));
  if (typeof value === 'boolean') return [32, value ? 1 : 0];
  if (Array.isArray(value)) {
    return bytes(
      6,
      value.flatMap((item) => bytes(1, encode(item))),
    );
  }
  return bytes(5, struct(value));
}

function struct(object) {
  return Object.entries(object).flatMap(([key, value]) =>
    bytes(1, [...bytes(1, text(key)), ...bytes(2, encode(value))]),
  );
}

const read = (encoded) => readStruct(Uint8Array.from(encoded));

test('every kind of value comes out as it went in', () => {
  const object = {
    nothing: null,
    number: -1.5,
    zero: 0,
    text: 'é'.repeat(200),
    empty: '',
    yes: true,
    no: false,
    list: [1, 'a', null, [], { deep: [true] }],
    object: { a: { b: {} } },
  };
  assert.deepEqual(read(struct(object)), object);
  assert.deepEqual(readStruct(undefined), {});
});

test('keys of prototypes are fields like others', () => {
  const encoded = struct(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'));
  const object = read(encoded);
  assert.deepEqual(Object.keys(object), ['__proto__', 'constructor']);
  assert.equal({}.polluted, undefined);
});

test('what is cut short, foreign or too deep is no failure', () => {
  const encoded = struct({ list: [1, { a: 'text' }], number: 2 });
  for (let end = 0; end < encoded.length; end += 1) {
    assert.equal(typeof read(encoded.slice(0, end)), 'object');
  }
  for (let value = 0; value < 256; value += 1) {
    assert.equal(typeof read([value, 255, 255, 3, value]), 'object');
  }
  let deep = {};
  for (let level = 0; level < 200; level += 1) deep = { deep };
  let levels = 0;
  for (let at = read(struct(deep)); at; at = at.deep) levels += 1;
  assert.ok(levels > 40 && levels < 60);
});
