/// The pages as Mustache has them: two braces escape, three do not and hold only drawings that zlab makes.
let templates: [String: String] = [
  "head": """
  <!DOCTYPE html>
  <html lang="en"><head><meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{{title}} - zlab</title><link rel="stylesheet" href="/style.css">
  {{#live}}<script src="/live.js" defer></script>{{/live}}
  </head><body>
  <a class="skip" href="#main">Skip to content</a>
  <nav aria-label="Pages"><strong>zlab</strong> <a href="/">Overview</a> <a href="/field">Field</a> <a href="/signatures">Signatures</a>
  <a href="/scenarios">Scenarios</a> <a href="/kernels">Kernels</a> <a href="/bisects">Bisections</a>
  <a href="/verifies">Patches</a>
  <a href="/compare">Compare</a></nav>
  <main id="main"><h1>{{title}}</h1>

  """,
  "foot": "</main></body></html>\n",
  "message": "{{>head}}<p>{{text}}</p>{{>foot}}",
  "overview": """
  {{>head}}
  {{#damaged}}<p class="card">Damaged rows of the database are skipped ({{damaged}} so far):
  <code>zlab db check</code> lists them, <code>zlab db check --repair</code> removes them.</p>{{/damaged}}
  <h2>Running</h2>
  <p id="news" class="faint" role="status">{{^running}}No runs in progress.{{/running}}</p>
  {{#running}}<p class="card" data-run="{{id}}"><a href="/run/{{id}}">{{scenario}} on {{kernel}}</a>
  <span class="faint">run {{id}}, since {{started}}</span><br>
  <span data-count="passes">{{passes}}</span> passed, <span data-count="fails">{{fails}}</span> failed,
  <span data-count="misses">{{misses}}{{^misses}}0{{/misses}}</span> missed</p>
  {{/running}}
  <h2>Nights</h2>{{^nights}}<p class="faint">No nights. Start one with <code>zlab nightly PLAN</code>.</p>{{/nights}}
  {{#hasNights}}<div class="wide"><table><thead><tr><th>Night</th><th>Verdict</th><th class="number">New</th>
  <th class="number">Failing cells</th><th>Plan</th><th>Started</th><th>State</th></tr>
  </thead><tbody>{{#nights}}<tr><td><a href="/night/{{id}}">{{id}}</a></td><td>{{{verdict}}}</td>
  <td class="number">{{news}}</td><td class="number">{{failing}}</td><td>{{plan}}</td><td>{{started}}</td>
  <td>{{state}}</td></tr>
  {{/nights}}</tbody></table></div>{{/hasNights}}
  <h2>Runs</h2>{{^runs}}<p class="faint">No runs. Start one with <code>zlab run SCENARIO --kernel KERNEL</code>.</p>{{/runs}}
  {{#hasRuns}}{{>runs}}{{/hasRuns}}
  {{>foot}}
  """,
  "findings": """
  <h2>Findings</h2>{{^findings}}<p>None.</p>{{/findings}}
  {{#hasFindings}}<div class="wide"><table><thead><tr><th>Title</th><th>Kind</th><th class="number">Trials</th>
  <th>First seen</th></tr></thead><tbody>
  {{#findings}}<tr><td><a href="/signature/{{signature}}">{{title}}</a></td>
  <td><span class="tag {{look}}">{{kind}}</span></td><td class="number">{{trials}}</td><td>{{firstSeen}}</td></tr>
  {{/findings}}</tbody></table></div>{{/hasFindings}}

  """,
  "runs": """
  <div class="wide"><table><thead><tr><th>Run</th><th>Verdict</th><th class="number">Failed</th><th>Scenario</th>
  <th>Kernel</th><th>Rate, 0 to 100 %</th><th>Started (UTC)</th></tr></thead><tbody>
  {{#runs}}<tr><td><a href="/run/{{id}}">{{id}}</a></td><td>{{{verdict}}}</td>
  <td class="number">{{fails}} / {{judged}}{{#misses}}<br><span class="faint">{{misses}} missed</span>{{/misses}}</td>
  <td><a href="/scenario/{{scenarioWord}}">{{scenario}}</a></td>
  <td>{{kernel}}<br><span class="faint">{{release}}</span></td><td>{{{bar}}}</td><td>{{started}}</td></tr>
  {{/runs}}</tbody></table></div>
  """,
  "night": """
  {{>head}}
  <p>{{state}}, {{started}}{{#ended}} to {{ended}}{{/ended}} UTC, plan {{plan}}</p>
  <p>{{summary}}</p>
  {{#quiet}}<h2>Nothing new</h2>{{/quiet}}
  {{#sections}}<h2>{{heading}}</h2>
  <div class="wide"><table class="stack"><thead><tr><th></th><th>Finding</th><th>Facts</th><th>Evidence</th></tr></thead><tbody>
  {{#changes}}<tr><td><span class="tag {{look}}">{{mark}}</span></td>
  <td><a href="/signature/{{signature}}">{{title}}</a><br><span class="faint">{{place}}</span></td>
  <td>{{#facts}}{{.}}<br>{{/facts}}{{#link}}{{{link}}}{{/link}}</td>
  <td>{{#run}}<a href="/run/{{run}}/trial/{{trial}}?from={{from}}#L{{line}}">trial {{trial}} of {{run}}</a>{{/run}}</td></tr>
  {{/changes}}</tbody></table></div>{{#more}}<p>and {{more}} more</p>{{/more}}
  {{/sections}}
  <h2>Cells</h2><div class="wide"><table><thead><tr><th>Scenario</th><th class="number">Failed</th><th>Rate, 0 to 100 %</th>
  <th>Kernel</th><th>Config</th><th>State</th></tr></thead><tbody>
  {{#cells}}<tr><td><a href="/scenario/{{scenarioWord}}">{{scenario}}</a></td><td class="number">{{numbers}}</td>
  <td>{{{bar}}}</td><td>{{kernel}}<br><span class="faint">{{line}}</span></td><td>{{config}}</td>
  <td>{{#run}}<a href="/run/{{run}}">{{state}}</a>{{/run}}{{^run}}{{state}}{{/run}}<br>
  <span class="faint">{{reason}}</span></td></tr>
  {{/cells}}</tbody></table></div>
  {{#hasTrouble}}<h2>Infrastructure errors (not kernel failures)</h2><ul>
  {{#trouble}}<li>{{count}} &times; {{reason}}{{#runs}} <a href="/run/{{run}}">{{run}}</a>{{/runs}}</li>
  {{/trouble}}</ul>{{#moreTrouble}}<p>and {{moreTrouble}}</p>{{/moreTrouble}}{{/hasTrouble}}
  <h2>To reproduce</h2><pre>{{command}}</pre>
  {{>foot}}
  """,
  "run": """
  {{>head}}
  <p>{{{verdict}}} {{state}}, {{started}}{{#ended}} to {{ended}}{{/ended}} UTC</p>
  <p>{{rate}} {{{bar}}}</p>
  <dl><dt>Kernel</dt><dd><a href="/kernel/{{kernelID}}">{{kernel}}</a> <span class="faint">{{release}}, {{origin}}</span></dd>
  <dt>Scenario</dt><dd><a href="/scenario/{{scenarioWord}}">{{scenario}}</a> {{parameters}}</dd>
  <dt>To reproduce</dt><dd><code>{{command}}</code></dd></dl>
  {{>findings}}
  {{#schedule}}<h2>Schedule</h2>{{{schedule}}}{{/schedule}}
  <h2>Trials</h2><div class="wide"><table><thead><tr><th>Trial</th><th>Verdict</th><th>End</th><th class="number">Time</th>
  <th>Findings</th></tr></thead><tbody>
  {{#trials}}<tr><td><a href="/run/{{id}}/trial/{{number}}">{{number}}</a></td>
  <td><span class="tag {{look}}">{{verdict}}</span></td><td>{{end}}</td><td class="number">{{duration}} s</td>
  <td>{{#findings}}<a href="/run/{{id}}/trial/{{number}}?from={{from}}#L{{line}}">{{title}}</a><br>{{/findings}}
  <span class="faint">{{note}}</span></td></tr>
  {{/trials}}</tbody></table></div>
  <p>{{#back}}<a href="/run/{{id}}?page={{back}}" rel="prev">Previous trials</a> {{/back}}
  {{#next}}<a href="/run/{{id}}?page={{next}}" rel="next">Next trials</a>{{/next}}</p>
  {{>foot}}
  """,
  "trial": """
  {{>head}}
  <p><span class="tag {{look}}">{{verdict}}</span> {{end}}, {{duration}} s, started {{started}} UTC
  {{#note}}<br>{{note}}{{/note}}</p>
  <p><a href="/run/{{id}}">Run {{id}}</a>; to reproduce: <code>{{command}}</code></p>
  {{#findings}}<div class="card"><h3><a href="/signature/{{signature}}">{{title}}</a></h3>
  <p><a href="/run/{{id}}/trial/{{number}}?from={{from}}#L{{line}}">Lines {{line}} to {{last}}</a></p>
  <pre>{{trace}}</pre></div>
  {{/findings}}
  {{#course}}<h2>Course of the schedule's rules</h2><div class="wide">{{{course}}}</div>{{/course}}
  <h2 id="log">Console</h2>{{#problem}}<p>{{problem}}</p>{{/problem}}
  <p class="faint">{{span}}{{^problem}} <a href="/run/{{id}}/trial/{{number}}/console.log" download>Download</a>{{/problem}}</p>
  <p>{{#back}}<a href="?from={{back}}#log" rel="prev">Previous lines</a> {{/back}}
  {{#next}}<a href="?from={{next}}#log" rel="next">Next lines</a>{{/next}}</p>
  <pre class="log">{{#lines}}<span id="L{{number}}"{{#hit}} class="hit"{{/hit}}><a href="#L{{number}}">{{number}}</a> {{text}}</span>{{/lines}}</pre>
  <p>{{#next}}<a href="?from={{next}}#log" rel="next">Next lines</a>{{/next}}</p>
  {{>foot}}
  """,
  "signatures": """
  {{>head}}{{^rows}}<p>No signatures.</p>{{/rows}}
  <div class="wide"><table><thead><tr><th>Title</th><th>Kind</th><th class="number">Trials</th><th class="number">Field</th>
  <th>First seen</th><th>Last seen</th>
  </tr></thead><tbody>{{#rows}}<tr><td><a href="/signature/{{signature}}">{{title}}</a></td><td>{{kind}}</td>
  <td class="number">{{trials}}</td><td class="number">{{field}}</td><td>{{first}}</td><td>{{last}}</td></tr>
  {{/rows}}</tbody></table></div>{{>foot}}
  """,
  "signature": """
  {{>head}}
  <p>{{kind}}, signature <code>{{signature}}</code>, in {{trials}}{{#field}}, {{sightings}} on {{hosts}} in the
  field{{/field}}, first seen {{first}}, last seen {{last}}{{#members}}<br>merged: <code>{{members}}</code>{{/members}}</p>
  {{#hasLab}}<h2>First known bad kernel</h2><ul>{{#lines}}<li>{{line}}: {{kernel}} {{release}}
  <a href="/run/{{run}}">run {{run}}</a>, {{started}}</li>{{/lines}}</ul>{{/hasLab}}
  <h2>Culprit</h2>{{^bisects}}<p class="faint">Not bisected. Start with <code>zlab bisect start</code>.</p>{{/bisects}}
  {{#bisects}}{{>bisect}}
  {{/bisects}}
  {{#hasVerifies}}<h2>Patches</h2><ul>{{#verifies}}<li><a href="/verify/{{id}}">{{words}}</a></li>{{/verifies}}</ul>{{/hasVerifies}}
  {{#trace}}<h2>Call trace</h2><pre>{{trace}}</pre>
  {{#console}}<p><a href="/run/{{run}}/trial/{{trial}}?from={{from}}#L{{line}}">Show in console log</a></p>{{/console}}
  {{#excerpt}}<p><a href="/sighting/{{id}}">Excerpt of the log</a></p>{{/excerpt}}{{/trace}}
  {{#field}}<h2>Field</h2><p class="faint">{{#kernels}}{{name}}: {{count}}, last {{last}}<br>{{/kernels}}</p>
  <div class="wide"><table><thead><tr><th>Seen (UTC)</th><th>Host</th><th>Kernel</th><th>Log</th></tr></thead><tbody>
  {{#rows}}<tr><td><a href="/sighting/{{id}}">{{seen}}</a></td>
  <td>{{#host}}<a href="/host/{{hostWord}}">{{host}}</a>{{/host}}</td><td>{{kernel}}</td><td class="faint">{{origin}}</td></tr>
  {{/rows}}</tbody></table></div>{{/field}}
  {{#hasLab}}<h2>Occurrences</h2><div class="wide"><table><thead><tr><th>Run</th><th>Night</th><th>Scenario</th><th>Kernel</th>
  <th>Started (UTC)</th><th class="number">Trials</th><th>Rate, 0 to 100 %</th></tr></thead><tbody>
  {{#rows}}<tr><td><a href="/run/{{run}}/trial/{{trial}}">{{run}}</a></td>
  <td>{{#night}}<a href="/night/{{night}}">{{night}}</a>{{/night}}</td>
  <td><a href="/scenario/{{scenarioWord}}">{{scenario}}</a></td><td>{{kernel}}<br><span class="faint">{{release}}</span>
  </td><td>{{started}}</td><td class="number">{{trials}} / {{judged}}</td><td>{{{bar}}}</td></tr>
  {{/rows}}</tbody></table></div>{{/hasLab}}{{>foot}}
  """,
  "field": """
  {{>head}}
  <form action="/field" method="get" role="search"><p><label>Title or signature
  <input name="q" value="{{query}}" size="30"></label> <button>Search</button></p></form>
  <p class="faint">{{count}}</p>
  {{^rows}}<p>No sightings. Collect logs with <code>zlab collect</code>.</p>{{/rows}}
  <div class="wide"><table><thead><tr><th>Title</th><th class="number">Field</th><th class="number">Hosts</th>
  <th class="number">Lab</th><th>12 weeks</th><th>Last seen</th><th>Kind</th></tr></thead><tbody>
  {{#rows}}<tr><td><a href="/signature/{{signature}}">{{title}}</a></td><td class="number">{{field}}</td>
  <td class="number">{{hosts}}</td><td class="number">{{lab}}</td><td>{{{spark}}}</td><td>{{last}}</td><td>{{kind}}</td></tr>
  {{/rows}}</tbody></table></div>{{#more}}<p>and {{more}} more</p>{{/more}}
  {{#hosts}}<h2>Hosts and signatures</h2><p class="faint">Most frequent signature on the left. Stronger red is more frequent.</p>
  <div class="wide">{{{hosts}}}</div>{{/hosts}}
  {{#kernels}}<h2>Kernels and signatures</h2><div class="wide">{{{kernels}}}</div>
  <h3>Columns</h3><ol class="columns">{{#columns}}<li><a href="/signature/{{signature}}">{{title}}</a></li>
  {{/columns}}</ol>{{/kernels}}
  {{>foot}}
  """,
  "host": """
  {{>head}}
  <div class="wide"><table><thead><tr><th>Title</th><th class="number">Sightings</th><th>First seen</th><th>Last seen</th>
  </tr></thead><tbody>{{#rows}}<tr><td><a href="/signature/{{signature}}">{{title}}</a></td>
  <td class="number">{{count}}</td><td>{{first}}</td><td>{{last}}</td></tr>{{/rows}}</tbody></table></div>
  <h2>Newest sightings</h2><div class="wide"><table><thead><tr><th>Seen (UTC)</th><th>Title</th><th>Kernel</th><th>Log</th>
  </tr></thead><tbody>{{#sightings}}<tr><td><a href="/sighting/{{id}}">{{seen}}</a></td>
  <td><a href="/signature/{{signature}}">{{title}}</a></td><td>{{kernel}}</td><td class="faint">{{origin}}</td></tr>
  {{/sightings}}</tbody></table></div>
  {{>foot}}
  """,
  "kernels": """
  {{>head}}{{^rows}}<p>No runs.</p>{{/rows}}
  <div class="wide"><table><thead><tr><th>Kernel</th><th class="number">Runs</th><th>Release</th><th>Configuration</th>
  <th>Newest run (UTC)</th><th>Origin</th></tr></thead><tbody>
  {{#rows}}<tr><td><a href="/kernel/{{id}}">{{name}}</a><br><span class="faint">{{short}}</span></td>
  <td class="number">{{runs}}</td><td>{{release}}</td><td>{{config}}</td><td>{{newest}}</td>
  <td class="faint">{{origin}}</td></tr>
  {{/rows}}</tbody></table></div>{{>foot}}
  """,
  "kernel": """
  {{>head}}
  <p>{{release}}, {{origin}}, in the cache since {{created}} UTC<br><code>{{id}}</code></p>
  {{#build}}<p>Configuration: {{fragments}}</p>{{#hasPatches}}<p>Patches</p><ul>{{#patches}}<li>{{title}}</li>
  {{/patches}}</ul>{{/hasPatches}}{{/build}}
  {{>findings}}
  <h2>Runs</h2>{{>runs}}{{#more}}<p>and {{more}} older</p>{{/more}}{{>foot}}
  """,
  "bisects": """
  {{>head}}{{^bisects}}<p>No bisections. Start one with <code>zlab bisect start</code>.</p>{{/bisects}}
  {{#bisects}}{{>bisect}}
  {{/bisects}}{{>foot}}
  """,
  "bisect": """
  <div class="card"><p>{{words}}</p>{{#commit}}<p><code>{{commit}}</code><br>by {{author}}</p>{{/commit}}
  <p class="faint"><a href="/scenario/{{scenarioWord}}">{{scenario}}</a> in {{repository}}, started {{started}} UTC</p>
  <pre>{{command}}</pre></div>
  """,
  "verifies": """
  {{>head}}{{^rows}}<p>No patches were tested. Test one with <code>zlab verify MAIL --source SOURCE --scenario SCENARIO</code>.</p>{{/rows}}
  <div class="wide"><table><thead><tr><th>Patch</th><th>Verdict</th><th class="number">Failed before</th>
  <th class="number">Failed after</th><th>Scenario</th><th>Started (UTC)</th></tr></thead><tbody>
  {{#rows}}<tr><td><a href="/verify/{{id}}">{{patch}}</a><br><span class="faint">{{id}} {{state}}</span></td>
  <td><span class="tag {{look}}">{{verdict}}</span></td><td class="number">{{before}}</td><td class="number">{{after}}</td>
  <td><a href="/scenario/{{scenarioWord}}">{{scenario}}</a></td><td>{{started}}</td></tr>
  {{/rows}}</tbody></table></div>{{>foot}}
  """,
  "verify": """
  {{>head}}
  <p><span class="tag {{look}}">{{verdict}}</span> {{state}} {{why}}</p>
  <div class="wide"><table><thead><tr><th>Side</th><th>Failed</th><th>Rate, 0 to 100 %</th><th>Kernel</th><th>Run</th></tr></thead>
  <tbody>{{#sides}}<tr><td>{{side}}</td><td>{{rate}}</td><td>{{{bar}}}</td>
  <td><a href="/kernel/{{kernelID}}">{{kernel}}</a><br><span class="faint">{{release}}</span></td>
  <td>{{#run}}<a href="/run/{{run}}">{{run}}</a>{{/run}}</td></tr>{{/sides}}</tbody></table></div>
  <p>{{evidence}}{{#hasMisses}}<br>missed: {{misses}} (infrastructure errors, not kernel failures){{/hasMisses}}</p>
  {{#hasSignatures}}<h2>Signatures</h2><div class="wide"><table><thead><tr><th>Title</th><th>Fate</th>
  <th class="number">Before</th><th class="number">After</th></tr></thead><tbody>
  {{#signatures}}<tr><td><a href="/signature/{{signature}}">{{title}}</a></td><td><span class="tag {{look}}">{{fate}}</span></td>
  <td class="number">{{before}}</td><td class="number">{{after}}</td></tr>{{/signatures}}</tbody></table></div>{{/hasSignatures}}
  <h2>Tested</h2><ul>{{#patches}}<li>{{title}} <span class="faint">{{author}}</span></li>{{/patches}}</ul>
  {{#hasBase}}<p>on both sides:</p><ul>{{#base}}<li>{{title}} <span class="faint">{{author}}</span></li>{{/base}}</ul>{{/hasBase}}
  <dl><dt>Scenario</dt><dd><a href="/scenario/{{scenarioWord}}">{{scenario}}</a></dd><dt>Source</dt><dd>{{source}}</dd>
  <dt>Configuration</dt><dd>{{config}}</dd><dt>Started</dt><dd>{{started}} UTC, {{duration}} s</dd></dl>
  <h2>To reproduce</h2><pre>{{command}}</pre>
  {{>foot}}
  """,
  "scenarios": """
  {{>head}}{{^rows}}<p>No runs.</p>{{/rows}}<ul>
  {{#rows}}<li><a href="/scenario/{{word}}">{{name}}</a> <span class="faint">{{runs}}, newest {{newest}}</span></li>
  {{/rows}}</ul>{{>foot}}
  """,
  "scenario": """
  {{>head}}
  <h2>Kernels and nights</h2><p class="faint">Newest on the right. Darker red is a higher failure rate; a dash is a miss.</p>
  <div class="wide late">{{{strip}}}</div>
  <h2>Rate over time</h2><p class="faint">Failures per valid trial with 95 % intervals.</p>
  {{#charts}}<h3>{{line}}</h3><div class="wide late">{{{chart}}}</div>{{/charts}}
  <h2>Runs</h2>{{>runs}}{{>foot}}
  """,
  "compare": """
  {{>head}}
  <form action="/compare" method="get"><p><label>First run <input name="one" value="{{one}}" required></label>
  <label>Second run <input name="other" value="{{other}}" required></label> <button>Compare</button></p></form>
  <p class="faint">Id prefix, or latest.</p>
  {{#result}}{{>runs}}
  <p>{{verdict}}</p>
  <h2>Findings</h2>{{^findings}}<p>None in either.</p>{{/findings}}
  {{#hasFindings}}<div class="wide"><table><thead><tr><th>Title</th><th class="number">{{one}}</th><th class="number">{{other}}</th><th></th></tr></thead><tbody>
  {{#findings}}<tr><td><a href="/signature/{{signature}}">{{title}}</a></td><td class="number">{{first}}</td>
  <td class="number">{{second}}</td><td>{{fate}}</td></tr>{{/findings}}</tbody></table></div>{{/hasFindings}}
  <h2>Differences</h2>{{^differences}}<p>None: same kernel, scenario, parameters, schedule, QEMU and seed.</p>{{/differences}}
  <ul>{{#differences}}<li>{{name}}: {{first}} / {{second}}</li>{{/differences}}</ul>{{/result}}
  {{>foot}}
  """,
]
