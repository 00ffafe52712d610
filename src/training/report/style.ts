/** The page's style sheet: one column, quiet, in the reader's light or dark. Colours of series are told apart by colour-blind readers too. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --ink: #16161a; --quiet: #5f5e5a; --faint: #e6e5df; --edge: #dcdbd4;
  --good: #0b7a4b; --bad: #c4302b; --accent: #2a6fcf;
  --c1: #2a6fcf; --c2: #e0662f; --c3: #17936a; --c4: #8a5cd6; --c5: #b3860b; --c6: #c2418c;
  --s1: #b4c2d6; --s2: #86b0e8; --s3: #4d88db; --s4: #174ea6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141416; --card: #1c1c1f; --ink: #f0efec; --quiet: #a5a49e; --faint: #2c2c30; --edge: #34343a;
    --good: #4cc38a; --bad: #ff7a70; --accent: #6aa5f5;
    --c1: #5b9bf0; --c2: #f0834f; --c3: #35b98a; --c4: #a985ec; --c5: #d6a92f; --c6: #e36bab;
    --s1: #55647c; --s2: #3f74b8; --s3: #6aa5f5; --s4: #cfe2fd;
  }
  img.ink { filter: invert(0.9); }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 44px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 20px; letter-spacing: -0.01em; margin: 44px 0 12px; }
h3 { font-size: 15px; margin: 0; font-weight: 600; }
p { margin: 0 0 12px; max-width: 78ch; }
.what { color: var(--accent); font-weight: 600; font-size: 13px; margin: 0 0 4px; }
.summary { font-size: 17px; margin: 10px 0 0; overflow-wrap: anywhere; }
.progress, .note, .empty, footer { color: var(--quiet); }
.progress { margin: 4px 0 0; }
.note { font-size: 13px; margin: 8px 0 12px; }
.wrong { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 14px; }
.tile, .chart, .task, .pair, .settings table { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.tile { padding: 14px 18px; }
.tile .kind { color: var(--quiet); font-size: 13px; }
.tile .large { font-size: 32px; font-weight: 650; letter-spacing: -0.02em; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile .interval { color: var(--quiet); font-size: 13px; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; }
th, td { text-align: left; padding: 5px 14px 5px 0; vertical-align: middle; border-bottom: 1px solid var(--faint); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--quiet); font-weight: 500; font-size: 13px; }
.figures { margin-top: 18px; }
.figures th, .figures td { padding-right: 32px; white-space: nowrap; }
.figures small { color: var(--quiet); font-size: 13px; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 14px; }
.chart { margin: 0; padding: 16px 18px 8px; max-width: 760px; }
.plot { position: relative; }
.plot svg { display: block; width: 100%; height: auto; touch-action: pan-y; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 4px 0 6px; padding: 0; font-size: 13px; color: var(--quiet); }
.legend svg { margin-right: 6px; }
.grid line { stroke: var(--faint); }
.ticks line { stroke: var(--edge); }
.ticks text, .names text { fill: var(--quiet); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.dot { fill: var(--c); stroke: var(--card); stroke-width: 1.5; }
.band { fill: var(--c); opacity: 0.16; }
.bar { stroke: var(--c); stroke-width: 1.5; fill: none; opacity: 0.7; }
.area { fill: var(--c); }
.axis { stroke: var(--edge); fill: none; }
.cursor { stroke: var(--quiet); stroke-dasharray: 3 3; }
.readout { position: absolute; top: 6px; padding: 6px 10px; background: var(--ink); color: var(--page); border-radius: 6px; font-size: 12px; white-space: pre; pointer-events: none; font-variant-numeric: tabular-nums; }
.series-1 { --c: var(--c1); } .series-2 { --c: var(--c2); } .series-3 { --c: var(--c3); }
.series-4 { --c: var(--c4); } .series-5 { --c: var(--c5); } .series-6 { --c: var(--c6); }
.step-1 { --c: var(--s1); } .step-2 { --c: var(--s2); } .step-3 { --c: var(--s3); } .step-4 { --c: var(--s4); }
.truth { --c: var(--quiet); } .truth .line { stroke-dasharray: 5 5; stroke-width: 1.75; }
.examples { --c: var(--c2); }
.tasks { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); align-items: start; }
.task { padding: 16px 18px 8px; }
.score { color: var(--quiet); font-weight: 400; margin-left: 8px; font-size: 13px; }
.task table { margin-top: 8px; }
.task tbody th { font-weight: 500; font-size: 13px; line-height: 1.3; }
.task .name { width: max-content; max-width: 112px; }
.task td:nth-child(2) .row { gap: 6px; }
.task td:nth-child(2) .picture { width: 48px; height: 48px; }
.name, .taken, .trio figcaption { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; overflow-wrap: anywhere; }
.task.broad { grid-column: 1 / -1; }
.task td:nth-child(2) { border-right: 1px solid var(--edge); }
.task td:nth-child(3), .task thead th:nth-child(3) { padding-left: 16px; }
.row { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: flex-start; width: max-content; max-width: 364px; }
.broad .row { max-width: 476px; }
.picture { display: block; width: 54px; height: 54px; overflow: hidden; border: 1px solid var(--edge); border-radius: 5px; }
.picture > * { display: block; width: 100%; height: 100%; object-fit: contain; }
img.pixels { image-rendering: pixelated; }
.query { width: 80px; padding: 3px 2px; font-size: 12px; text-align: center; line-height: 1.3; border-radius: 8px; }
.query .picture { width: 60px; height: 60px; margin: 0 auto; border: 1px solid var(--c); border-radius: 6px; }
.query.is-wrong { background: color-mix(in srgb, var(--bad) 16%, transparent); }
.query.is-wrong .picture { border-width: 4px; }
.is-right { --c: var(--good); } .is-wrong { --c: var(--bad); }
.said { color: var(--c); font-weight: 600; font-variant-numeric: tabular-nums; }
.taken { color: var(--bad); font-size: 11px; }
.confidence { height: 4px; border-radius: 2px; background: var(--faint); margin: 4px 0 3px; overflow: hidden; }
.confidence i { display: block; height: 100%; background: var(--c); }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 14px; }
.pair { padding: 16px 18px 14px; --c: var(--bad); }
.pair p { font-size: 13px; margin: 10px 0 0; color: var(--quiet); }
.pair strong { color: var(--ink); }
.trio { display: flex; align-items: flex-start; justify-content: space-between; }
.trio figure { margin: 0; width: 76px; text-align: center; }
.trio .picture { width: 72px; height: 72px; margin: 0 auto; }
.trio figcaption { font-size: 12px; line-height: 1.3; margin-top: 4px; }
.trio .is { color: var(--quiet); font-size: 12px; margin-top: 26px; }
.wrong-answer figcaption { color: var(--bad); }
.settings { columns: 3 320px; column-gap: 14px; }
.settings table { display: inline-table; width: 100%; margin: 0 0 14px; break-inside: avoid; border-collapse: separate; border-spacing: 0; padding: 4px 16px 8px; font-size: 13px; }
.settings caption { text-align: left; font-weight: 600; font-size: 14px; padding: 0 0 4px 2px; }
.settings th { font-weight: 400; color: var(--quiet); vertical-align: top; max-width: 210px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.settings td { overflow-wrap: anywhere; text-align: right; padding-right: 0; font-variant-numeric: tabular-nums; }
.command { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 12px 16px; overflow-x: auto; font-size: 13px; margin: 0 0 14px; }
footer { font-size: 13px; padding-top: 40px; padding-bottom: 44px; }
@media (max-width: 600px) { header, main, footer { padding-left: 16px; padding-right: 16px; } h1 { font-size: 27px; } .ticks text, .names text { font-size: 14px; } }
@media print { .tile, .chart, .task, .pair { break-inside: avoid; } }
`
