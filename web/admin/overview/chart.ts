// Small charts, drawn by hand: a line over time, and columns made of layers. What they show is said in words as well.
import { css, svg, html, type TemplateResult } from 'lit';

const WIDTH = 320;
const HEIGHT = 72;

/** Points of the line from left to right within the box, the highest value at the top. */
export function pointsOf(values: number[], width = WIDTH, height = HEIGHT): [x: number, y: number][] {
  const most = Math.max(...values, 0) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const inset = 3;
  return values.map((value, index) => [
    Math.round(index * step * 10) / 10,
    Math.round((height - inset - (Math.max(0, value) / most) * (height - 2 * inset)) * 10) / 10,
  ]);
}

export function lineChart(values: number[], label: string): TemplateResult {
  const points = pointsOf(values.length > 1 ? values : [0, 0]);
  const line = points.map(([x, y]) => `${x},${y}`).join(' ');
  return html`<svg
    class="chart"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label=${label}
  >
    ${svg`<polygon class="area" points="0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}"></polygon>
      <polyline class="line" points=${line}></polyline>`}
  </svg>`;
}

/** One column: its name, and its layers from the bottom up. */
export interface Column {
  name: string;
  layers: { tint: string; count: number; words: string }[];
}

export function columnChart(columns: Column[], label: string): TemplateResult {
  const height = 120;
  const most = Math.max(1, ...columns.map(({ layers }) => total(layers)));
  const width = WIDTH / Math.max(1, columns.length);
  const gap = Math.min(3, width * 0.25);
  return html`<svg
    class="columns"
    viewBox="0 0 ${WIDTH} ${height}"
    preserveAspectRatio="none"
    role="img"
    aria-label=${label}
  >
    ${columns.map(({ name, layers }, index) => {
      let top = height;
      const title = `${name}: ${layers.map(({ count, words }) => `${count} ${words}`).join(', ') || 'none'}`;
      return svg`<g>
        <title>${title}</title>
        <rect class="ground" x=${index * width} y="0" width=${width} height=${height}></rect>
        ${layers.map(({ tint, count }) => {
          const tall = (count / most) * (height - 2);
          top -= tall;
          return svg`<rect class=${tint} x=${index * width + gap / 2} y=${top} width=${width - gap} height=${tall}></rect>`;
        })}
      </g>`;
    })}
  </svg>`;
}

function total(layers: { count: number }[]): number {
  return layers.reduce((sum, { count }) => sum + count, 0);
}

export const chartStyles = css`
  .chart,
  .columns {
    display: block;
    width: 100%;
    height: 56px;
    overflow: visible;
  }
  .columns {
    height: 130px;
    border-bottom: 1px solid var(--bellhop-line);
  }
  .line {
    fill: none;
    stroke: var(--bellhop-accent);
    stroke-width: 2;
    stroke-linejoin: round;
    vector-effect: non-scaling-stroke;
  }
  .area {
    fill: color-mix(in srgb, var(--bellhop-accent) 12%, transparent);
  }
  .ground {
    fill: transparent;
  }
  g:hover .ground {
    fill: var(--bellhop-hover);
  }
  rect.green {
    fill: var(--bellhop-green);
  }
  rect.red {
    fill: var(--bellhop-red);
  }
  rect.blue {
    fill: var(--bellhop-blue);
  }
  rect.gray {
    fill: color-mix(in srgb, var(--bellhop-gray) 55%, var(--bellhop-surface));
  }
`;
