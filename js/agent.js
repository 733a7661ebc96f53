/** The browser and the operating system, as told to the SFU: names and versions. */
export function describeAgent(navigator = globalThis.navigator) {
  const text = navigator?.userAgent ?? '';
  const hints = navigator?.userAgentData;
  // One brand is the engine and one is made up, so that nobody relies on the list.
  const brand = hints?.brands?.find(({ brand }) => brand !== 'Chromium' && !/not/i.test(brand));
  const [browser, browserVersion] = find(text, BROWSERS);
  const [os, osVersion] = find(text, SYSTEMS);
  return {
    browser: brand?.brand ?? browser,
    browserVersion: brand?.version ?? browserVersion,
    os: hints?.platform || os,
    osVersion,
  };
}

/** The first that fits counts: each browser also names those it wants to be taken for. */
const BROWSERS = [
  [/Edg\/([\d.]+)/, 'Edge'],
  [/OPR\/([\d.]+)/, 'Opera'],
  [/Firefox\/([\d.]+)/, 'Firefox'],
  [/Chrome\/([\d.]+)/, 'Chrome'],
  [/Version\/([\d.]+).*Safari/, 'Safari'],
];

const SYSTEMS = [
  [/Android ([\d.]+)/, 'Android'],
  [/(?:iPhone|CPU) OS ([\d_]+)/, 'iOS'],
  [/Windows NT ([\d.]+)/, 'Windows'],
  [/Mac OS X ([\d_.]+)/, 'macOS'],
  [/Linux()/, 'Linux'],
];

function find(text, known) {
  for (const [pattern, name] of known) {
    const match = pattern.exec(text);
    if (match) return [name, match[1].replaceAll('_', '.')];
  }
  return ['', ''];
}
