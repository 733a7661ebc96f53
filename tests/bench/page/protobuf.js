// As much of protobuf as the frames of the SFU need. JavaScript, because it runs in the bench's page: the
// writer makes the frames before anything is measured, the reader is the decoder of the twin.

/** Writes one message; fields with their default are left out by whoever calls. */
export class Writer {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** @param {number} count */
  #reserve(count) {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** @param {number} value not negative */
  #varint(value) {
    this.#reserve(10);
    while (value > 127) {
      this.#bytes[this.#length++] = value % 128 | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#length++] = value;
  }

  /** @param {number} field @param {number | boolean} value */
  number(field, value) {
    this.#varint(field * 8);
    this.#varint(Number(value));
    return this;
  }

  /** @param {number} field @param {number} value */
  float(field, value) {
    this.#varint(field * 8 + 5);
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** @param {number} field @param {Uint8Array} value */
  bytes(field, value) {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** @param {number} field @param {string} value */
  text(field, value) {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** @param {number} field @param {Writer} value */
  message(field, value) {
    return this.bytes(field, value.finish());
  }

  finish() {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads fields one after the other, without a copy. */
export class Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {number} [start]
   * @param {number} [end]
   */
  constructor(bytes, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    /** Of the field that `next` found. */
    this.field = 0;
    this.wireType = 0;
  }

  next() {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    return true;
  }

  varint() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  float() {
    FLOAT_BYTES.set(this.bytes.subarray(this.at, this.at + 4));
    this.at += 4;
    return FLOAT[0];
  }

  /** Where the content of a field of bytes ends; it starts at `at`. */
  stop() {
    const length = this.varint();
    return this.at + length;
  }

  text() {
    const stop = this.stop();
    const text = DECODER.decode(this.bytes.subarray(this.at, stop));
    this.at = stop;
    return text;
  }

  skip() {
    if (this.wireType === 0) this.varint();
    else if (this.wireType === 2) this.at = this.stop();
    else this.at += this.wireType === 5 ? 4 : 8;
  }
}

const DECODER = new TextDecoder();
const FLOAT = new Float32Array(1);
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);
