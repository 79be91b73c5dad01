//! The colours and letters of a drawing. Nothing is told by a colour alone.

/// For the picture by itself, and within the page.
pub(super) const PICTURE: &str = "\
.ladder { --ink: #24292f; --soft: #57606a; --paper: #ffffff; --line: #afb8c1; --call: #0a58ca; --failed: #b42318; --packet: #6f42c1; --said: #0b6e6e;
  --listen: #8c959f; --opening: #d4a72c; --open: #2da44e; --closing: #bf5af2; --waiting: #e16f24; }
@media (prefers-color-scheme: dark) { .ladder { --ink: #e6edf3; --soft: #9aa4ae; --paper: #0d1117; --line: #484f58; --call: #79b8ff; --failed: #ff8f85; --packet: #d2a8ff; --said: #56d4d4;
  --listen: #8b949e; --opening: #e3b341; --open: #3fb950; --closing: #d2a8ff; --waiting: #f0883e; } }
.ladder { background: var(--paper); }
.ladder text { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: var(--ink); }
.ladder .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.ladder .end { text-anchor: end; }
.ladder .mid { text-anchor: middle; }
.ladder .small { font-size: 11px; }
.ladder .soft { fill: var(--soft); font-size: 11px; }
.ladder .heading { font: 600 16px system-ui, sans-serif; }
.ladder .sub { font: 12px system-ui, sans-serif; fill: var(--soft); }
.ladder .name { font: 600 14px system-ui, sans-serif; text-anchor: middle; }
.ladder .lane { stroke: var(--line); stroke-width: 1.5; }
.ladder .pause { stroke: var(--paper); stroke-width: 3; stroke-dasharray: 3 4; }
.ladder .span { fill: var(--call); }
.ladder .failed .span { fill: var(--failed); }
.ladder .failed text { fill: var(--failed); }
.ladder .said text { fill: var(--said); }
.ladder .life text, .ladder .held text { fill: var(--soft); }
.ladder .packet line, .ladder .packet path { stroke: var(--packet); stroke-width: 1.5; fill: none; }
.ladder .packet .tip { fill: var(--packet); stroke: none; }
.ladder .packet text { fill: var(--packet); font-size: 11px; }
.ladder .bar { stroke-width: 1; }
.ladder .inferred .bar { fill-opacity: 0.25; stroke-dasharray: 3 2; }
.ladder .state text { font-size: 11px; }
.ladder .listen .bar { fill: var(--listen); stroke: var(--listen); }
.ladder .opening .bar { fill: var(--opening); stroke: var(--opening); }
.ladder .open .bar { fill: var(--open); stroke: var(--open); }
.ladder .closing .bar { fill: var(--closing); stroke: var(--closing); }
.ladder .waiting .bar { fill: var(--waiting); stroke: var(--waiting); }
";

/// For the page around it.
pub(super) const PAGE: &str = "\
:root { color-scheme: light dark; }
body { margin: 0; background: #ffffff; color: #24292f; font: 14px/1.45 system-ui, sans-serif; min-width: max-content; }
header, h2, footer { position: sticky; left: 0; max-width: calc(100vw - 32px); box-sizing: border-box; margin: 0; padding: 8px 16px; }
h1 { font-size: 18px; margin: 0; }
h2 { font-size: 15px; padding-top: 16px; }
p { margin: 4px 0 0; max-width: 90ch; }
.head { position: sticky; top: 0; z-index: 1; display: block; border-bottom: 1px solid #afb8c1; }
.ladder { display: block; }
.ladder g.e { cursor: default; outline: none; }
.ladder g.e:hover text, .ladder g.e.on text, .ladder g.e:focus-visible text { text-decoration: underline; text-underline-offset: 3px; }
.ladder g.e.on .span, .ladder g.e:hover .span, .ladder g.e:focus-visible .span { stroke: var(--ink); stroke-width: 1.5; }
.ladder g.e.on line, .ladder g.e:hover line, .ladder g.e:focus-visible line { stroke-width: 3; }
#panel { position: fixed; left: 0; right: 0; bottom: 0; z-index: 2; max-height: 45vh; overflow: auto; box-sizing: border-box; padding: 10px 16px; background: #f6f8fa; border-top: 2px solid #0a58ca; }
#panel.up { bottom: auto; top: 0; border-top: 0; border-bottom: 2px solid #0a58ca; }
#panel[hidden] { display: none; }
#panel h3 { margin: 0; font: 600 13px/1.4 ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
#panel pre { margin: 6px 0 0; font: 12px/1.4 ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
kbd { font: 12px ui-monospace, monospace; }
@media (prefers-color-scheme: dark) {
  body { background: #0d1117; color: #e6edf3; }
  .head { border-color: #484f58; }
  #panel { background: #161b22; border-color: #79b8ff; }
}
@media print { #panel { display: none; } }
";
