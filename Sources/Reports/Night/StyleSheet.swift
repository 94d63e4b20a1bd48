/// Style sheet, dark and light as the reader's machine is set: of the HTML report and of `zlab serve`.
///
/// It names nothing from elsewhere and needs no class that a script would set.
package let styleSheet = """
  :root { color-scheme: light dark; --back: #fbfbfa; --card: #fff; --text: #1c2024; --faint: #5d656e;
    --line: #d9dce0; --link: #0b57a8; --bad: #b3261e; --badback: #fde8e6; --good: #1a6b37; --goodback: #e2f3e7;
    --doubt: #7a5300; --doubtback: #fcf0d4; --bar: #c2453d; --code: #f1f2f4; }
  @media (prefers-color-scheme: dark) { :root { --back: #14171a; --card: #1c2024; --text: #e6e8ea; --faint: #9aa3ad;
    --line: #343a41; --link: #7ab8ff; --bad: #ff8a80; --badback: #43201e; --good: #7fd89a; --goodback: #1c3625;
    --doubt: #f2c063; --doubtback: #3b2f14; --bar: #e5695f; --code: #23282e; } }
  * { box-sizing: border-box; }
  html { font: 16px/1.5 system-ui, sans-serif; background: var(--back); color: var(--text); }
  body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
  a { color: var(--link); } a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; overflow-wrap: anywhere; }
  h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
  p { margin: .4rem 0; } ul { padding-left: 1.2rem; }
  nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; border-bottom: 1px solid var(--line); padding-bottom: .6rem; }
  .skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
  .faint { color: var(--faint); } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: .6rem 0; }
  .tag { display: inline-block; border-radius: .3rem; padding: 0 .45rem; font-size: .85rem; font-weight: 600;
    background: var(--code); color: var(--faint); white-space: nowrap; }
  .bad { background: var(--badback); color: var(--bad); } .good { background: var(--goodback); color: var(--good); }
  .doubt { background: var(--doubtback); color: var(--doubt); }
  .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .93rem; }
  th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
  th { color: var(--faint); font-weight: 600; font-size: .85rem; }
  th.number { text-align: right; }
  pre, code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .82rem; }
  pre { background: var(--code); border-radius: .4rem; padding: .6rem .8rem; overflow-x: auto; margin: .5rem 0; }
  code { overflow-wrap: anywhere; } summary { cursor: pointer; }
  svg { max-width: 100%; height: auto; vertical-align: middle; } .wide > svg, .rate { max-width: none; }
  svg text { fill: var(--faint); font: 12px system-ui, sans-serif; }
  .axis { stroke: var(--line); } .interval { stroke: var(--faint); stroke-width: 2; } .point { fill: var(--bar); }
  .lane { fill: var(--card); stroke: var(--line); } .call { fill: var(--link); }
  .pause { fill: var(--doubtback); stroke: var(--doubt); stroke-dasharray: 3 2; }
  .switch { fill: var(--faint); stroke: var(--faint); } .mark { fill: var(--badback); stroke: var(--bad); }
  svg .head { fill: var(--text); font-weight: 600; } svg .name { fill: var(--text); } svg .held { fill: var(--doubt); }
  svg .count { text-anchor: end; } svg .struck { fill: var(--bad); font-weight: 600; }
  .rail { fill: var(--line); } .span { fill: var(--faint); opacity: .55; } .value { fill: var(--bar); }
  """
