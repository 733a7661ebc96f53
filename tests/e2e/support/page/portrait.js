// A camera for the picture in the README: draws somebody instead of the browser's test pattern.
(() => {
  const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (!constraints?.video) return capture(constraints);
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 1280, height: 720 });
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    const started = performance.now();
    setInterval(() => draw(context, (performance.now() - started) / 1000), 1000 / 15);
    return canvas.captureStream(15);
  };

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} time s
   */
  function draw(context, time) {
    const { wall, disc, coat, skin, hair } = globalThis.portrait;
    const { width, height } = context.canvas;
    const fill = (/** @type {string} */ colour, /** @type {() => void} */ shape) => {
      context.fillStyle = colour;
      context.beginPath();
      shape();
      context.fill();
    };
    // Plain colours: they are sharp at any bitrate.
    fill(wall, () => context.rect(0, 0, width, height));
    fill(disc, () => context.arc(width / 2, 330, 265, 0, 7));

    const sway = 6 * Math.sin(time * 1.3);
    const [x, y] = [width / 2 + sway, 330 + 3 * Math.sin(time * 2.1)];
    fill(coat, () => context.ellipse(width / 2 + sway / 2, height + 50, 300, 250, 0, 0, 7));
    fill(hair, () => context.ellipse(x, y - 28, 138, 150, 0, 0, 7));
    fill(skin, () => context.roundRect(x - 45, y + 80, 90, 120, 40));
    fill(skin, () => context.ellipse(x, y, 112, 138, 0, 0, 7));
    fill(hair, () => context.ellipse(x, y - 92, 118, 66, 0, Math.PI, 0));
    for (const side of [-1, 1]) {
      fill('#20242c', () => context.ellipse(x + side * 42, y - 6, 9, 11, 0, 0, 7));
    }
    context.strokeStyle = '#20242c';
    context.lineWidth = 7;
    context.lineCap = 'round';
    context.beginPath();
    context.arc(x, y + 32, 36, 0.2 * Math.PI, 0.8 * Math.PI);
    context.stroke();
  }
})();
