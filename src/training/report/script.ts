/**
 * The page's only script: what lies under the pointer is read out beside it. Charts are complete without. `data-read` holds
 * [place on the x axis, [what to say, line by line]][] (chart.ts).
 */
export const script = `for (const svg of document.querySelectorAll('svg[data-read]')) {
  const read = JSON.parse(svg.dataset.read)
  const cursor = svg.querySelector('.cursor')
  const box = document.createElement('div')
  box.className = 'readout'
  box.hidden = true
  svg.parentElement.append(box)
  const hide = () => {
    box.hidden = true
    cursor.setAttribute('visibility', 'hidden')
  }
  const show = (event) => {
    const bounds = svg.getBoundingClientRect()
    const scale = bounds.width / svg.viewBox.baseVal.width
    const pointer = (event.clientX - bounds.left) / scale
    let best = read[0]
    for (const one of read) if (Math.abs(one[0] - pointer) < Math.abs(best[0] - pointer)) best = one
    if (!best) return
    cursor.setAttribute('x1', best[0])
    cursor.setAttribute('x2', best[0])
    cursor.setAttribute('visibility', 'visible')
    box.textContent = best[1].join('\\n')
    box.hidden = false
    const left = best[0] * scale
    box.style.left = (left + box.offsetWidth + 16 > bounds.width ? left - box.offsetWidth - 10 : left + 10) + 'px'
  }
  svg.addEventListener('pointermove', show)
  svg.addEventListener('pointerdown', show)
  svg.addEventListener('pointerleave', hide)
}
`
