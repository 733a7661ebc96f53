const NAMESPACE = 'http://www.w3.org/2000/svg';

/** Name of an icon. */
export type IconName = keyof typeof PATHS;

/** Makes an icon. It is decoration: whatever holds it has the label. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const data of PATHS[name]) {
    const path = document.createElementNS(NAMESPACE, 'path');
    path.setAttribute('d', data);
    svg.append(path);
  }
  return svg;
}

// Strokes of 2 px on a field of 24 px.
const PATHS = {
  microphone: [
    'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z',
    'M5.5 11a6.5 6.5 0 0 0 13 0',
    'M12 17.5V21',
  ],
  microphoneOff: [
    'M9 9v2a3 3 0 0 0 4.6 2.5',
    'M15 11V6a3 3 0 0 0-5.7-1.3',
    'M5.5 11a6.5 6.5 0 0 0 10 5.5',
    'M18.5 11a6.5 6.5 0 0 1-.6 2.7',
    'M12 17.5V21',
    'M4 3l16 18',
  ],
  camera: [
    'M5 6h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2z',
    'M15 10.5l6-3.5v10l-6-3.5',
  ],
  cameraOff: [
    'M10 6h3a2 2 0 0 1 2 2v3',
    'M15 16.2A2 2 0 0 1 13 18H5a2 2 0 0 1-2-2V8a2 2 0 0 1 1.6-2',
    'M17 11.7l4-4.7v10l-2.5-1.5',
    'M4 3l16 18',
  ],
  screen: ['M4 5h16v11H4z', 'M9 20h6', 'M12 16v4'],
  screenOff: ['M7 5h13v11h-2', 'M14 16H4V6', 'M9 20h6', 'M12 16v4', 'M4 3l16 18'],
  chevron: ['M6 15l6-6 6 6'],
  previous: ['M15 6l-6 6 6 6'],
  next: ['M9 6l6 6-6 6'],
  more: ['M5 12v.01', 'M12 12v.01', 'M19 12v.01'],
  pin: ['M9 4h6l-1 6 3 3H7l3-3z', 'M12 13v7'],
  unpin: ['M10 4h5l-1 6 3 3', 'M13 13H7l3-3', 'M12 13v7', 'M4 3l16 18'],
  layout: ['M4 5h16v14H4z', 'M15 5v14', 'M15 12h5'],
  smile: [
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
    'M8.5 14.5a4.5 4.5 0 0 0 7 0',
    'M9 9.5v.01',
    'M15 9.5v.01',
  ],
  hand: [
    'M8 13V6a1.5 1.5 0 0 1 3 0v5',
    'M11 11V4.5a1.5 1.5 0 0 1 3 0V11',
    'M14 11V6a1.5 1.5 0 0 1 3 0v8a7 7 0 0 1-7 7c-2.5 0-4-1.5-5-3.5L3.5 14a1.5 1.5 0 0 1 2.6-1.5L8 15',
  ],
  like: [
    'M4 11h3v9H4z',
    'M7 11l4-8a2.5 2.5 0 0 1 2.5 2.5V9H19a2 2 0 0 1 2 2.4l-1.4 7a2 2 0 0 1-2 1.6H7',
  ],
  heart: ['M12 20S4 15 4 9.3A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.3C20 15 12 20 12 20z'],
  star: ['M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z'],
  chart: ['M4 4v16h16', 'M8 14l4-5 3 3 5-6'],
  sound: ['M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z', 'M15.5 9a4 4 0 0 1 0 6', 'M18 6.5a8 8 0 0 1 0 11'],
  flip: [
    'M4 12a8 8 0 0 1 13.7-5.6L20 9',
    'M20 4v5h-5',
    'M20 12a8 8 0 0 1-13.7 5.6L4 15',
    'M4 20v-5h5',
  ],
  people: [
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
    'M2.5 20a6.5 6.5 0 0 1 13 0',
    'M16 4.3a3.5 3.5 0 0 1 0 6.4',
    'M18 14.2a6.5 6.5 0 0 1 3.5 5.8',
  ],
  link: [
    'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2',
    'M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2',
  ],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  leave: ['M14 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h8', 'M10 12h11', 'M17 8l4 4-4 4'],
  end: ['M12 3v8', 'M6.7 6.7a7.5 7.5 0 1 0 10.6 0'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  warning: ['M12 4L2.8 20h18.4z', 'M12 10v4', 'M12 17v.01'],
  signal: ['M6 20v-4', 'M12 20v-9', 'M18 20V5'],
  lock: ['M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3'],
  search: ['M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z', 'M16 16l5 5'],
  offline: ['M3 9a13 13 0 0 1 18 0', 'M6.5 13a8 8 0 0 1 11 0', 'M12 18v.01', 'M4 3l16 18'],
} as const satisfies Record<string, readonly string[]>;
