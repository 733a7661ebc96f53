// Checks what goes over the wire against the protocol's schema, as the server's own tests do. The
// schema has a notation of its own, which says more than JSON Schema would: no field may be extra.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../../protocol/schema/coordinator/', import.meta.url);

/**
 * @typedef {{ type: string, presence: '' | '?' | '|null' }} Field
 * @typedef {Record<string, Field>} Fields
 * @typedef {{
 *   id: string, method: string, patterns: RegExp[], query: Fields, isImplemented: boolean,
 *   request?: string, response?: string,
 * }} Operation
 */

/** The protocol of the coordinator. */
export class Schema {
  /** @type {Operation[]} */
  operations = [];
  /** @type {Map<string, Fields>} Fields of the events, by type. */
  events = new Map();
  /** @type {Map<string, Fields>} */
  #models = new Map();
  /** @type {Map<string, string[]>} */
  #enums = new Map();

  constructor() {
    const files = readdirSync(fileURLToPath(FOLDER)).filter((name) => name !== 'words.json');
    const subjects = files.map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')));
    const settings = subjects.flatMap((subject) => Object.keys(subject.settings ?? {}));
    const models = Object.assign({}, ...subjects.flatMap((s) => [s.models, s.settings]));
    /** @type {(name: string) => Fields} */
    const fieldsOf = (name) => {
      const { extends: base, fields } = models[name];
      return { ...(base && fieldsOf(String(Object.values(base)[0]))), ...readFields(fields) };
    };
    for (const name in models) {
      const fields = fieldsOf(name);
      this.#models.set(name, fields);
      if (settings.includes(name)) this.#models.set(request(name), optional(fields, settings));
    }
    for (const { enums, operations, events } of subjects) {
      for (const name in enums) this.#enums.set(name, Object.keys(enums[name].values));
      for (const id in operations) this.operations.push(readOperation(id, operations[id]));
      for (const type in events) {
        const isOfCall = events[type].of_call || type.startsWith('call.');
        const common = isOfCall ? OF_CALL_EVENTS : OF_EVENTS;
        this.events.set(type, readFields({ ...common, ...events[type].fields }));
      }
    }
  }

  /**
   * The operation that a request is for.
   *
   * @param {string} method
   * @param {string} path below the prefix of the API
   */
  find(method, path) {
    return this.operations.find(
      (it) => it.method === method && it.patterns.some((pattern) => pattern.test(path)),
    );
  }

  /**
   * @param {Operation} operation
   * @param {unknown} body
   * @param {URLSearchParams} query
   */
  checkRequest(operation, body, query) {
    const known = [...Object.keys(operation.query), ...OF_QUERIES];
    const problems = [...query.keys()]
      .filter((name) => !known.includes(name))
      .map((name) => `?${name}: unknown`);
    for (const [name, { presence }] of Object.entries(operation.query)) {
      if (presence === '' && !query.has(name)) problems.push(`?${name}: missing`);
    }
    if (operation.method === 'GET' || operation.method === 'DELETE') {
      return body === null ? problems : [...problems, 'a body where there is none'];
    }
    const fields = operation.request ? this.#models.get(operation.request) : {};
    return [...problems, ...this.#check(body, fields ?? {}, '')];
  }

  /**
   * @param {Operation} operation
   * @param {unknown} body
   */
  checkResponse(operation, body) {
    const fields = operation.response ? this.#models.get(operation.response) : {};
    return this.#check(body, { ...fields, ...readFields({ duration: 'string' }) }, '');
  }

  /** @param {unknown} body */
  checkRefusal(body) {
    return this.#check(body, this.#models.get('APIError') ?? {}, '');
  }

  /** @param {any} frame */
  checkEvent(frame) {
    const fields = this.events.get(frame?.type);
    return fields ? this.#check(frame, fields, '') : [`there is no event ${frame?.type}`];
  }

  /**
   * @param {unknown} value
   * @param {Fields} fields
   * @param {string} path
   * @returns {string[]}
   */
  #check(value, fields, path) {
    if (!isObject(value)) return [`${path}: no object`];
    const problems = Object.keys(value)
      .filter((name) => !(name in fields))
      .map((name) => `${path}.${name}: unknown`);
    for (const [name, { type, presence }] of Object.entries(fields)) {
      const place = `${path}.${name}`;
      const field = value[name];
      if (field === undefined) {
        if (presence !== '?') problems.push(`${place}: missing`);
      } else if (field !== null || presence === '') {
        problems.push(...this.#checkValue(field, type, place));
      }
    }
    return problems;
  }

  /**
   * @param {unknown} value
   * @param {string} type
   * @param {string} path
   * @returns {string[]}
   */
  #checkValue(value, type, path) {
    if (type.startsWith('[')) {
      if (!Array.isArray(value)) return [`${path}: no list`];
      return value.flatMap((item, at) => this.#checkValue(item, inside(type), `${path}[${at}]`));
    }
    if (type.startsWith('{')) {
      if (!isObject(value)) return [`${path}: no object`];
      return Object.entries(value).flatMap(([key, item]) =>
        this.#checkValue(item, inside(type), `${path}.${key}`),
      );
    }
    const values = this.#enums.get(type);
    if (values) return values.includes(String(value)) ? [] : [`${path}: no ${type}: ${value}`];
    const model = this.#models.get(type);
    if (model) return this.#check(value, model, path);
    const fits = PLAIN[type];
    if (!fits) throw new Error(`the schema has no type ${type}`);
    return fits(value) ? [] : [`${path}: no ${type}: ${JSON.stringify(value)}`];
  }
}

/**
 * @param {string} id
 * @param {any} raw
 * @returns {Operation}
 */
function readOperation(id, { http, query, request, response, implemented }) {
  const routes = [http].flat().map((route) => route.split(' '));
  // A placeholder is one part of the path, and a name is preferred to it.
  const patterns = routes.map(
    ([, path]) =>
      new RegExp(`^${path.replaceAll(/\{\w+\}/g, '(?!rtmp_broadcasts|members$)[^/]+')}$`),
  );
  const method = routes[0]?.[0] ?? '';
  const isImplemented = implemented === true;
  return { id, method, patterns, query: readFields(query), request, response, isImplemented };
}

/**
 * @param {Record<string, string>} [raw]
 * @returns {Fields}
 */
function readFields(raw = {}) {
  return Object.fromEntries(
    Object.entries(raw).map(([name, text]) => {
      const [notation = ''] = text.split(/[: ]/);
      const [, type = '', presence = ''] = /^(.*?)(\?|\|null)?$/.exec(notation) ?? [];
      return [name, { type, presence: /** @type {Field['presence']} */ (presence) }];
    }),
  );
}

/**
 * The fields of settings in a request, where each may be absent.
 *
 * @param {Fields} fields
 * @param {string[]} settings names of models
 * @returns {Fields}
 */
function optional(fields, settings) {
  const ofRequest = (/** @type {string} */ type) =>
    type.replace(/\w+/, (name) => (settings.includes(name) ? request(name) : name));
  return Object.fromEntries(
    Object.entries(fields).map(([name, { type }]) => [
      name,
      { type: ofRequest(type), presence: '?' },
    ]),
  );
}

/** @param {string} name */
function request(name) {
  return `${name.replace(/Response$/, '')}Request`;
}

/** @param {string} type */
function inside(type) {
  return type.slice(1, -1);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @type {(least: number, most: number) => (value: unknown) => boolean} */
const integer = (least, most) => (value) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** @type {Record<string, (value: any) => boolean>} */
const PLAIN = {
  bool: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  f64: (value) => typeof value === 'number',
  i32: integer(-(2 ** 31), 2 ** 31 - 1),
  u16: integer(0, 2 ** 16 - 1),
  u32: integer(0, 2 ** 32 - 1),
  i64: integer(-(2 ** 63), 2 ** 63),
  u64: integer(0, 2 ** 64),
  date: (value) => Number.isInteger(value) || DATE.test(value),
  json: () => true,
  object: isObject,
};

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What every request may have in its query. */
const OF_QUERIES = ['api_key', 'user_id', 'connection_id'];
const OF_EVENTS = { type: 'string', created_at: 'date' };
const OF_CALL_EVENTS = { ...OF_EVENTS, call_cid: 'string' };
