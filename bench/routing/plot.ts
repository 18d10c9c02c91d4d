const size = 360;
const edge = 48;
const x = (share: number) => edge + share * (size - 2 * edge);
const y = (share: number) => size - x(share);
const colours = ['#1f6feb', '#b35900', '#1a7f37'];

/** How large a share of waits lay in ranges that promised this share, a line for each day. @returns SVG */
export function reliabilityPlot(days: readonly (readonly (readonly [number, number])[])[]): string {
  const lines = days.map((points, day) => {
    const colour = colours[day % colours.length];
    const path = points.map(([promised, found]) => `${x(promised)},${y(found)}`).join(' ');
    const dots = points
      .map(([promised, found]) => `<circle cx="${x(promised)}" cy="${y(found)}" r="3" fill="${colour}"/>`)
      .join('');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots}`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<text x="${x(share)}" y="${size - edge + 18}" text-anchor="middle">${share * 100} %</text>` +
      `<text x="${edge - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" ` +
    `font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>` +
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4"/>` +
    `<rect x="${edge}" y="${edge}" width="${size - 2 * edge}" height="${size - 2 * edge}" fill="none" stroke="#ccc"/>` +
    `${ticks.join('')}${lines.join('')}` +
    `<text x="${size / 2}" y="${size - 10}" text-anchor="middle">promised share</text>` +
    `<text x="${size / 2}" y="24" text-anchor="middle">share of waits that lay in the range</text></svg>\n`
  );
}
