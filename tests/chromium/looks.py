"""What Chromium is asked about a link that it opened: scripts that run in its pages."""

from __future__ import annotations

PAINT = "::target-text{background-color:#f0e!important;color:#000!important}"
RECTS = """const rects = range => [...range.getClientRects()]
  .filter(r => r.width > 1 && r.height > 1)
  .map(r => ({x: r.x, y: r.y, width: r.width, height: r.height}));
"""
LOOK = (
    """async ({named, patience}) => {
"""
    + RECTS
    + """
  const items = document.fragmentDirective.items;
  const range = items.length ? await items[0].getMatchingRange().catch(() => null) : null;
  if (!range) return null;
  const inView = () => rects(range).some(
    r => r.y < innerHeight && r.y + r.height > 0 && r.x < innerWidth && r.x + r.width > 0);
  for (let n = 0; n < patience && !inView(); n++) await new Promise(requestAnimationFrame);
  const elements = named ? [...document.querySelectorAll(`[data-lines="${named}"]`)] : [];
  const last = elements[elements.length - 1];
  return {inView: inView(), inside: !named || (elements[0].contains(range.startContainer) &&
                       last.contains(range.endContainer))};
}"""
)
WHERE = (
    """async () => {
"""
    + RECTS
    + """
  await new Promise(requestAnimationFrame);
  return rects(await document.fragmentDirective.items[0].getMatchingRange());
}"""
)
READ = """async () => {
  const range = await document.fragmentDirective.items[0].getMatchingRange();
  const before = document.createRange();
  before.setStart(document.body, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const all = document.createRange();
  all.selectNodeContents(document.body);
  const shown = [range, before, all].map(part => {
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(part);
    return selection.toString();
  });
  return [range.toString(), ...shown];
}"""
PIXELS = """async ({image, rects}) => {
  const bytes = await (await fetch("data:image/png;base64," + image)).blob();
  const bitmap = await createImageBitmap(bytes);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  canvas.drawImage(bitmap, 0, 0);
  const {data, width, height} = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
  let inside = 0, outside = 0;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const at = 4 * (y * width + x);
    if (data[at] - data[at + 1] < 60 || data[at + 2] - data[at + 1] < 50) continue;
    if (rects.some(r => x >= r.x - 3 && x <= r.x + r.width + 3 &&
                        y >= r.y - 8 && y <= r.y + r.height + 8)) inside++;
    else outside++;
  }
  return {inside, outside};
}"""
