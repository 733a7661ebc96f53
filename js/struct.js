/**
 * Reads a `google.protobuf.Struct`: the form that free JSON objects have in messages of the SFU.
 */

/**
 * @param {Uint8Array | undefined} bytes an absent one holds no fields
 * @param {number} [depth] levels below which everything is `null`: nobody may exhaust the stack
 */
export function readStruct(bytes = new Uint8Array(), depth = 50) {
  const fields = [];
  for (const [number, entry] of messageFields(bytes)) {
    if (number !== 1) continue;
    let key = '';
    let value = null;
    for (const [number, content] of messageFields(entry)) {
      if (number === 1) key = text.decode(content);
      else if (number === 2) value = readValue(content, depth);
    }
    fields.push([key, value]);
  }
  // Makes own fields of all of them, `__proto__` too.
  return Object.fromEntries(fields);
}

function readValue(bytes, depth) {
  let value = null;
  if (depth === 0) return value;
  for (const [number, content] of messageFields(bytes)) {
    value = READ[number]?.(content, depth - 1) ?? null;
  }
  return value;
}

const READ = {
  2: (number) => (number instanceof DataView ? number.getFloat64(0, true) : null),
  3: (bytes) => text.decode(bytes),
  4: (number) => number !== 0,
  5: readStruct,
  6: (bytes, depth) =>
    [...messageFields(bytes)].flatMap(([number, content]) =>
      number === 1 ? [readValue(content, depth)] : [],
    ),
};

const text = new TextDecoder();

/** The fields of a message: number and content, which is a number, a view of 8 bytes, or bytes. */
function* messageFields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let place = 1; at < bytes.length; place *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * place;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key & 7;
    if (wire === 0) {
      yield [key >> 3, varint()];
      continue;
    }
    // Structs hold nothing else.
    if (wire !== 1 && wire !== 2) return;
    const length = wire === 1 ? 8 : varint();
    const content = bytes.subarray(at, at + length);
    at += length;
    if (wire === 2) yield [key >> 3, content];
    else if (content.length === 8) yield [key >> 3, new DataView(content.slice().buffer)];
  }
}
