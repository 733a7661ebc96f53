/**
 * Edits of session descriptions: text in, text out.
 */

/**
 * The answer to `offer`, with stereo accepted wherever the offer has it.
 *
 * Browsers answer mono unless told so, whatever the offer says: the opus `fmtp` line of the answer
 * needs `stereo=1` for each m-line whose offer has it (SFU protocol, stereo in the answer).
 */
export function acceptStereo(offer, answer) {
  const stereo = new Set();
  for (const section of sections(offer)) {
    if (section.startsWith('m=') && isStereo(section)) stereo.add(mid(section));
  }
  stereo.delete(undefined);
  const accept = (section) => {
    const line = opusFmtp(section);
    if (!line || !stereo.has(mid(section)) || isStereo(section)) return section;
    return section.replace(`${line}\r\n`, () => `${line};stereo=1\r\n`);
  };
  return sections(answer).map(accept).join('');
}

/** The description cut before each `m=` line; the first part is the session's own. */
function sections(sdp) {
  return sdp.split(/^(?=m=)/m);
}

function mid(section) {
  return /^a=mid:(.*)/m.exec(section)?.[1];
}

/** The line with the parameters of opus, if there is one. */
function opusFmtp(section) {
  const type = /^a=rtpmap:(\S+) opus\//im.exec(section)?.[1];
  return section.split(/\r?\n/).find((line) => type && line.startsWith(`a=fmtp:${type} `));
}

function isStereo(section) {
  return /[ ;] *stereo=1 *(;|$)/.test(opusFmtp(section) ?? '');
}
