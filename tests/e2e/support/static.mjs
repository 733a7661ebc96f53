// Serves the package and a blank page, from another origin than the server's, as apps do.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @type {Record<string, string>} */
const FOLDERS = {
  '/pkg/': fileURLToPath(new URL('../../../pkg/', import.meta.url)),
  '/page/': fileURLToPath(new URL('./page/', import.meta.url)),
};
/** @type {Record<string, string>} */
const TYPES = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * @param {Record<string, string>} [folders] more folders, by the start of their paths
 * @param {string} [page] in place of the blank one
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function serveBlankPage(folders = {}, page = BLANK_PAGE) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://any').pathname);
    if (path === '/') {
      response.setHeader('content-type', 'text/html');
      return response.end(page);
    }
    const folder = Object.entries({ ...FOLDERS, ...folders }).find(([prefix]) =>
      path.startsWith(prefix),
    );
    if (!folder) return response.writeHead(404).end();
    const file = createReadStream(join(folder[1], path.slice(folder[0].length)));
    file.once('error', () => response.writeHead(404).end());
    file.once('open', () => {
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
      file.pipe(response);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const BLANK_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <link rel="icon" href="data:," />
    <title>trunkline</title>
    <script type="importmap">{ "imports": { "trunkline": "/pkg/index.js" } }</script>
    <script type="module" src="/page/page.js"></script>
  </head>
  <body></body>
</html>
`;
