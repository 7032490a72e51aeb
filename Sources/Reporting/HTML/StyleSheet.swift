// The page's looks: no font, picture or script from anywhere, light and dark, screen and paper.
let htmlStyleSheet = """
  :root {
    color-scheme: light dark;
    --paper: #ffffff; --raised: #f7f7f4; --ink: #1d1f20; --muted: #5c6063; --rule: #dcdcd6;
    --pass: #17693f; --fail: #b3261e; --incomplete: #855300; --curve: #1f4e8c;
    --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #15181a; --raised: #1d2124; --ink: #e8e8e4; --muted: #a4a8ab; --rule: #363b3f;
      --pass: #6fd39b; --fail: #ff8f85; --incomplete: #f2b84b; --curve: #8db8f2;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0; background: var(--paper); color: var(--ink);
    font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  }
  main { max-width: 58rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
  h1, h2, h3, p, ul, dl, dd, figure, table { margin: 0; }
  h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.01em; font-weight: 650; }
  h2 {
    font-size: 1.15rem; font-weight: 650; margin: 2.75rem 0 0.75rem; padding-top: 0.75rem;
    border-top: 1px solid var(--rule);
  }
  h1, h3, td, dd, p, li { overflow-wrap: anywhere; }
  code, .mono { font-family: var(--mono); font-size: 0.86em; }
  .muted, .eyebrow, caption, th, dt { color: var(--muted); }
  a { color: inherit; }
  .eyebrow { font-size: 0.86rem; letter-spacing: 0.02em; margin-bottom: 0.35rem; }
  .pass { color: var(--pass); } .fail { color: var(--fail); }
  .incomplete { color: var(--incomplete); } .quiet { color: var(--muted); }

  .masthead { display: flex; gap: 2rem; align-items: flex-start; justify-content: space-between; }
  .masthead .sentence { margin-top: 0.75rem; font-size: 1.05rem; max-width: 42rem; }
  .stamp {
    flex: none; border: 3px double currentColor; border-radius: 0.6rem; padding: 0.55rem 1.1rem;
    font-weight: 750; font-size: 1.3rem; letter-spacing: 0.09em; line-height: 1.2;
  }
  article.subject + article.subject { margin-top: 5rem; border-top: 3px double var(--rule); padding-top: 3rem; }

  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  caption { text-align: left; font-size: 0.9rem; padding-bottom: 0.5rem; }
  th { font-weight: 500; text-align: left; font-size: 0.86rem; }
  th, td { padding: 0.42rem 1.4rem 0.42rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
  td:last-child, th:last-child { padding-right: 0; }
  .number { text-align: right; white-space: nowrap; }
  .overview { margin: 2rem 0 4rem; }
  .checks td:first-child, .checks td:nth-child(2) { white-space: nowrap; }
  .checks td:first-child { font-weight: 600; }
  .status { font-weight: 600; }
  .status::before { display: inline-block; width: 1.35em; }
  .status.pass::before { content: "\\2713"; } .status.fail::before { content: "\\2717"; }
  .status.incomplete::before { content: "?"; } .status.quiet::before { content: "\\2013"; }
  .status.quiet { font-weight: 400; }

  .finding {
    border: 1px solid var(--rule); border-left: 4px solid var(--muted); border-radius: 0.3rem;
    background: var(--raised); padding: 0.8rem 1rem 0.9rem; margin-top: 0.8rem; break-inside: avoid;
  }
  .finding.fails { border-left-color: var(--fail); }
  .finding.blocks { border-left-color: var(--incomplete); }
  .finding h3 { font-size: 1rem; font-weight: 600; margin: 0.15rem 0 0.3rem; }
  .finding .label { font-size: 0.86rem; }
  .finding .label b { font-family: var(--mono); font-weight: 600; }
  .finding pre {
    margin: 0.5rem 0; padding: 0; white-space: pre-wrap; overflow-wrap: anywhere;
    font: 0.84rem/1.45 var(--mono);
  }
  .finding dl { display: grid; grid-template-columns: 2.6rem 1fr; gap: 0.15rem 0.6rem; margin-top: 0.5rem; font-size: 0.93rem; }

  .chart { width: 100%; height: auto; display: block; margin: 0.5rem 0 1rem; }
  .chart text { font-size: 14px; fill: var(--ink); }
  .chart .tick { fill: var(--muted); }
  .chart .grid { stroke: var(--rule); } .chart .axis { stroke: var(--muted); }
  .chart .band { fill: var(--curve); fill-opacity: 0.16; }
  .chart .curve { fill: none; stroke: var(--curve); stroke-width: 2; stroke-linejoin: round; }
  .chart .point { fill: var(--paper); stroke: var(--curve); stroke-width: 2; }
  .chart line.bound { stroke-width: 4; stroke-linecap: round; }
  .chart line.reached { stroke: var(--pass); } .chart line.missed { stroke: var(--fail); }
  .chart text.reached { fill: var(--pass); } .chart text.missed { fill: var(--fail); }
  .chart text.bound { paint-order: stroke; stroke: var(--paper); stroke-width: 5px; font-weight: 600; }

  .honesty { margin-top: 0.75rem; }
  .pictures {
    display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: 0.9rem;
    list-style: none; padding: 0; margin-top: 0.9rem;
  }
  .pictures li { border: 1px solid var(--rule); border-radius: 0.3rem; padding: 0.6rem; background: var(--raised); break-inside: avoid; }
  .pictures .pair { display: flex; gap: 0.4rem; }
  .pictures img { width: 50%; min-width: 0; flex: 1; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; background: #000; }
  .pictures p { font-size: 0.86rem; margin-top: 0.4rem; line-height: 1.35; }
  .pictures li.changed { border-color: var(--fail); }

  .notes { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2.5rem; }
  .notes ul { padding-left: 1.1rem; } .notes li { margin-top: 0.3rem; }
  .facts { display: grid; grid-template-columns: 6rem 1fr; gap: 0.3rem 1rem; }
  details { margin-top: 1rem; } summary { cursor: pointer; color: var(--muted); margin-bottom: 0.4rem; }
  .files td:last-child { font-family: var(--mono); font-size: 0.74rem; white-space: nowrap; line-height: 2; }
  footer { margin-top: 3rem; padding-top: 0.75rem; border-top: 1px solid var(--rule); font-size: 0.86rem; color: var(--muted); }

  @media (max-width: 40rem) {
    main { padding: 1.5rem 1rem 3rem; }
    .masthead { flex-direction: column-reverse; gap: 1rem; }
    h1 { font-size: 1.6rem; }
    .notes { grid-template-columns: 1fr; }
    .facts { grid-template-columns: 1fr; } .facts dd { margin-bottom: 0.4rem; }
    .chart text { font-size: 24px; } .chart .fine { display: none; }
    .checks thead { display: none; }
    .checks tr { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid var(--rule); padding: 0.4rem 0; }
    .checks td { border: 0; padding: 0.1rem 0; } .checks td:nth-child(3) { grid-column: 1 / -1; }
    .files thead { display: none; } .files tr { display: block; border-bottom: 1px solid var(--rule); padding: 0.4rem 0; }
    .files td { display: block; border: 0; padding: 0.1rem 0; text-align: left; }
    .files td:last-child { white-space: normal; line-height: 1.4; }
    .curve-table th:nth-child(2), .curve-table td:nth-child(2) { display: none; }
  }
  @media print {
    :root {
      --paper: #fff; --raised: #fff; --ink: #000; --muted: #444; --rule: #bbb;
      --pass: #17693f; --fail: #b3261e; --incomplete: #855300; --curve: #1f4e8c;
    }
    main { max-width: none; padding: 0; } body { font-size: 11pt; }
    h2 { break-after: avoid; } tr, figure { break-inside: avoid; }
  }
  """
