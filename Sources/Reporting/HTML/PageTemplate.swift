// The page in Mustache: `{{name}}` is escaped, `{{{name}}}` is markup that Proofmark has made.
let htmlPageTemplate = """
  {{% CONTENT_TYPE:PROOFMARK_MARKUP}}
  <!DOCTYPE html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="referrer" content="no-referrer">
  <title>{{pageTitle}}</title>
  <style>
  {{{styleSheet}}}
  </style>
  </head>
  <body>
  <main>
  {{#overview}}
  <header class="masthead">
  <div>
  <p class="eyebrow">Proofmark audit</p>
  <h1>{{subjectCount}}</h1>
  <p class="sentence">{{tally}}</p>
  </div>
  <p class="stamp {{style}}">{{verdict}}</p>
  </header>
  <table class="checks overview">
  <thead><tr><th scope="col">Subject</th><th scope="col">Verdict</th><th scope="col">Why</th></tr></thead>
  <tbody>
  {{#rows}}
  <tr><td><a href="#{{anchor}}">{{name}}</a></td><td class="status {{style}}">{{verdict}}</td><td>{{reason}}</td></tr>
  {{/rows}}
  </tbody>
  </table>
  {{/overview}}
  {{#subjects}}
  <article class="subject" id="{{anchor}}">
  <header class="masthead">
  <div>
  <p class="eyebrow">Proofmark audit of <code>{{path}}</code> under policy {{policy}}</p>
  <h1>{{title}}</h1>
  <p class="sentence">{{reason}}</p>
  </div>
  <p class="stamp {{style}}">{{verdict}}</p>
  </header>

  <section>
  <h2>Checks</h2>
  <table class="checks">
  <thead><tr><th scope="col">Check</th><th scope="col">Status</th><th scope="col">Result</th></tr></thead>
  <tbody>
  {{#checks}}
  <tr><td>{{name}}</td><td class="status {{style}}">{{status}}</td><td>{{summary}}</td></tr>
  {{/checks}}
  </tbody>
  </table>
  </section>

  {{#findings}}
  <section>
  <h2>Findings</h2>
  {{#items}}
  <div class="finding {{effect}}">
  <p class="label muted">{{level}} <b>{{rule}}</b>, {{severity}}, {{check}}{{#weakness}}, {{weakness}}{{/weakness}}</p>
  <h3>{{message}}</h3>
  <p class="mono">{{place}}</p>
  {{#evidence}}
  <pre>
  {{#lines}}
  {{.}}
  {{/lines}}
  </pre>
  {{/evidence}}
  <dl><dt>Why</dt><dd>{{why}}</dd><dt>Fix</dt><dd>{{fix}}</dd></dl>
  </div>
  {{/items}}
  {{#more}}
  <p class="muted honesty">{{more}}</p>
  {{/more}}
  </section>
  {{/findings}}

  {{#curves}}
  <section>
  <h2>{{title}}</h2>
  <figure>
  {{{svg}}}
  <table class="curve-table">
  <caption>{{conditions}}</caption>
  <thead><tr><th scope="col" class="number">eps</th><th scope="col" class="number">Correct</th><th scope="col" class="number">Accuracy</th><th scope="col" class="number">95 % interval</th><th scope="col">Policy</th></tr></thead>
  <tbody>
  {{#rows}}
  <tr><td class="number">{{eps}}</td><td class="number">{{correct}}</td><td class="number">{{accuracy}}</td><td class="number">{{interval}}</td><td class="{{style}}">{{bound}}</td></tr>
  {{/rows}}
  </tbody>
  </table>
  </figure>
  </section>
  {{/curves}}
  {{#gradients}}
  <p class="muted honesty">{{gradients}}</p>
  {{/gradients}}

  {{#pictures}}
  <section>
  <h2>Before and after the attack</h2>
  <p class="muted">{{caption}}</p>
  <ul class="pictures">
  {{#items}}
  <li class="{{style}}">
  <div class="pair"><img src="{{original}}" alt="{{originalText}}"><img src="{{attacked}}" alt="{{attackedText}}"></div>
  <p>{{change}}<br><span class="muted">{{truth}}</span></p>
  </li>
  {{/items}}
  </ul>
  </section>
  {{/pictures}}

  <section class="notes">
  <div>
  <h2>What this shows</h2>
  <ul>
  {{#established}}
  <li>{{.}}</li>
  {{/established}}
  {{^established}}
  <li>Nothing: no check passed without a remark.</li>
  {{/established}}
  </ul>
  </div>
  <div>
  <h2>What it does not show</h2>
  <ul>
  {{#notEstablished}}
  <li>{{.}}</li>
  {{/notEstablished}}
  </ul>
  </div>
  </section>

  {{#signatures}}
  <section>
  <h2>Signers</h2>
  <table>
  <thead><tr><th scope="col">Owner</th><th scope="col">Key</th><th scope="col">Role</th></tr></thead>
  <tbody>
  {{#signers}}
  <tr><td>{{owner}}</td><td>{{key}}</td><td>{{role}}</td></tr>
  {{/signers}}
  </tbody>
  </table>
  </section>
  {{/signatures}}

  <section>
  <h2>Digests</h2>
  <dl class="facts">
  {{#facts}}
  <dt>{{name}}</dt><dd>{{value}}{{#digest}}<br><code>{{digest}}</code>{{/digest}}</dd>
  {{/facts}}
  </dl>
  {{#fileList}}
  <details{{#isOpen}} open{{/isOpen}}>
  <summary>{{count}}</summary>
  <table class="files">
  <thead><tr><th scope="col">File</th><th scope="col" class="number">Bytes</th><th scope="col">SHA-256</th></tr></thead>
  <tbody>
  {{#files}}
  <tr><td>{{path}}</td><td class="number">{{size}}</td><td>{{digest}}</td></tr>
  {{/files}}
  </tbody>
  </table>
  {{#more}}
  <p class="muted honesty">{{more}}</p>
  {{/more}}
  </details>
  {{/fileList}}
  </section>
  </article>
  {{/subjects}}
  <footer>{{footer}}</footer>
  </main>
  </body>
  </html>
  """
