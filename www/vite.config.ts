import { defineConfig } from 'vite';

const SERVER = 'http://127.0.0.1:8080';

// trunkline-server serves the built page itself; while developing, Vite serves the page and hands
// everything of the server on, so that the page sees one origin in both cases.
export default defineConfig({
  build: { target: 'es2022' },
  server: {
    proxy: {
      '/video': { target: SERVER, ws: true },
      '/sfu': { target: SERVER, ws: true },
      '/dev': { target: SERVER },
    },
  },
});
