import { init, type EChartsOption } from 'echarts'
import type { BarChart } from '../scenario.js'
import { formatNumber } from './number.js'

const WIDTH = 860
const BAR_HEIGHT = 26
const HEAD_HEIGHT = 40
const FOOT_HEIGHT = 60
const LABEL_WIDTH = 220

/** All charts, one below the other, as one SVG image: a bar for each median, a line from least to greatest. */
export const svgOf = (charts: readonly BarChart[]): string => {
  const tops = charts.map((_, at) => charts.slice(0, at).reduce((sum, chart) => sum + heightOf(chart), 0))
  const height = charts.reduce((sum, chart) => sum + heightOf(chart), 0)
  const image = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  image.setOption(optionOf(charts, tops))
  const svg = image.renderToSVGString()
  image.dispose()
  return svg
}

const heightOf = ({ bars }: BarChart): number => HEAD_HEIGHT + bars.length * BAR_HEIGHT + FOOT_HEIGHT

const optionOf = (charts: readonly BarChart[], tops: readonly number[]): EChartsOption => ({
  animation: false,
  backgroundColor: '#ffffff',
  title: charts.map(({ title }, at) => ({
    text: title,
    top: (tops[at] ?? 0) + 8,
    left: 8,
    textStyle: { fontSize: 15 }
  })),
  grid: charts.map(({ bars }, at) => ({
    top: (tops[at] ?? 0) + HEAD_HEIGHT,
    left: LABEL_WIDTH,
    right: 80,
    height: bars.length * BAR_HEIGHT
  })),
  xAxis: charts.map(({ axis }, at) => ({
    type: 'value',
    gridIndex: at,
    name: axis,
    nameLocation: 'middle',
    nameGap: 28
  })),
  yAxis: charts.map(({ bars }, at) => ({
    type: 'category',
    gridIndex: at,
    inverse: true,
    data: bars.map(({ label }) => label),
    axisLabel: { width: LABEL_WIDTH - 16, overflow: 'truncate' }
  })),
  series: charts.flatMap((chart, at) => [barsOf(chart, at), spreadsOf(chart, at)])
})

type Series = Extract<EChartsOption['series'], readonly unknown[]>[number]

const barsOf = ({ bars }: BarChart, at: number): Series => ({
  type: 'bar',
  xAxisIndex: at,
  yAxisIndex: at,
  barWidth: '60%',
  data: bars.map(({ label, median }) => ({
    value: median,
    itemStyle: { color: label.startsWith('sidecar') ? '#2f6db5' : '#a9b4c2' }
  }))
})

/** With the median in figures behind the line's end. */
const spreadsOf = ({ bars }: BarChart, at: number): Series => ({
  type: 'custom',
  xAxisIndex: at,
  yAxisIndex: at,
  data: bars.map(({ spread }, row) => [spread.min, row, spread.max]),
  encode: { x: [0, 2], y: 1 },
  renderItem: (params, api) => {
    const row = params.dataIndex
    const [from = 0, y = 0] = api.coord([api.value(0), row])
    const [to = 0] = api.coord([api.value(2), row])
    return {
      type: 'group',
      children: [
        {
          type: 'line',
          shape: { x1: from, y1: y, x2: to, y2: y },
          style: { stroke: '#222222', lineWidth: 2 }
        },
        {
          type: 'text',
          x: to + 6,
          y,
          style: {
            text: formatNumber(bars[row]?.median ?? NaN),
            fill: '#222222',
            textVerticalAlign: 'middle'
          }
        }
      ]
    }
  }
})
