import { Bench } from './browser.mjs';
const b = await Bench.start();
const base = {
  what: 'events',
  workload: 'mix',
  people: 100,
  reader: 'first',
  warmUp: 100,
  events: 300,
  seed: 7,
};
for (const cell of JSON.parse(process.argv[2])) {
  const c = { ...base, ...cell };
  try {
    if (c.profile) {
      console.log(JSON.stringify(cell));
      for (const [n, t] of (await b.profile(c)).slice(0, 25))
        console.log(t.toFixed(1).padStart(8), n);
      continue;
    }
    if (c.what === 'memory') {
      console.log(JSON.stringify(cell), await b.weigh(c));
      continue;
    }
    const r = await b.run(c);
    console.log(JSON.stringify(cell), (r.cpu / (c.what === 'join' ? 1 : c.events)).toFixed(4), r);
  } catch (e) {
    console.log(JSON.stringify(cell), e.message.slice(0, 1500));
  }
}
await b.stop();
