import Reports

/// Style sheet of `zlab serve`, in addition to the looks that they share with the HTML report.
let dashboardStyle =
  styleSheet + """

    .log { padding: .6rem 0; } .log span { display: block; padding: 0 .8rem; white-space: pre; }
    .log a { display: inline-block; min-width: 3.5em; text-align: right; color: var(--faint); text-decoration: none;
      padding-right: .8em; user-select: none; }
    .log .hit { background: var(--badback); } .log :target { outline: 2px solid var(--link); outline-offset: -2px; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: var(--faint); }
    dd { margin: 0; overflow-wrap: anywhere; }
    input, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
      border-radius: .3rem; padding: .25rem .5rem; } input { width: 8rem; }
    .heat { fill: var(--bar); } .clean { fill: var(--goodback); } .frame { fill: none; stroke: var(--line); }
    svg a:focus-visible { outline: 2px solid var(--link); }
    .late { direction: rtl; text-align: left; } .late > svg { direction: ltr; }
    .columns { columns: 22rem; font-size: .93rem; } .columns li { overflow-wrap: anywhere; }
    @media (max-width: 40rem) { dl { grid-template-columns: 1fr; } body { padding: .6rem; }
      .stack thead { display: none; } .stack, .stack tbody, .stack tr, .stack td { display: block; }
      .stack td { border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
      .stack tr { border-bottom: 1px solid var(--line); padding: .35rem 0; } }

    """

/// Brings the counts of what runs up to date; the page is the same without it, until it is loaded again.
let liveScript = """
  "use strict";
  const news = document.getElementById("news");
  const source = new EventSource("/events");
  source.onmessage = (event) => {
    const runs = new Map(JSON.parse(event.data).map((run) => [run.id, run]));
    for (const card of document.querySelectorAll("[data-run]")) {
      const run = runs.get(card.dataset.run);
      if (!run) { news.textContent = "A run has finished. Reload the page to see it."; continue; }
      for (const count of card.querySelectorAll("[data-count]")) count.textContent = run[count.dataset.count];
      runs.delete(run.id);
    }
    if (runs.size) news.textContent = "A run has started. Reload the page to see it.";
  };

  """
