"""The look of the HTML report: light or dark like the reader's system, narrow or wide, and on paper."""

CSS = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #ffffff; --soft: #5c5c5c; --line: #d8d8d8;
  --plate: #f4f4f4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #1b1b1b; --soft: #a8a8a8; --line: #404040; --plate: #262626; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1000px; padding: 24px 16px; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.7em; line-height: 1.2; }
h2 { margin: 32px 0 8px; font-size: 1.25em; }
h3 { margin: 0; font-size: 1.05em; }
p { margin: 0 0 8px; }
.lead, header p { color: var(--soft); }
.notes { margin-top: 16px; padding: 8px 16px; background: var(--plate); border-radius: 8px; }
.notes h2 { margin: 0; font-size: 1em; }
.notes ul { margin: 4px 0; padding-left: 20px; }
.figure { padding: 8px; background: #ffffff; border: 1px solid var(--line); border-radius: 8px;
  overflow-x: auto; }
.figure svg, .figure img { display: block; width: 100%; min-width: 640px; height: auto; }
article { margin: 16px 0; padding: 16px; border: 1px solid var(--line); border-radius: 8px; }
header { display: flex; gap: 16px; align-items: center; }
header p { margin: 0; }
.face { width: 64px; height: 64px; border-radius: 8px; }
.bar { display: flex; height: 24px; margin: 12px 0; overflow: hidden; border: 1px solid var(--line);
  border-radius: 4px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.bar i { display: block; min-width: 1px; }
.uncertain { background-image: repeating-linear-gradient(135deg, #777777 0 2px, #ffffff 2px 6px); }
.dot { display: inline-block; width: 10px; height: 10px; margin-right: 8px; border: 1px solid var(--soft);
  border-radius: 5px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.92em; }
th, td { padding: 4px 16px 4px 0; text-align: left; vertical-align: top; font-weight: normal;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; white-space: pre-line; }
thead th, tbody th { color: var(--soft); }
tbody th { white-space: nowrap; }
@media print {
  :root { --ink: #000000; --paper: #ffffff; --soft: #444444; --line: #bbbbbb; --plate: #ffffff; }
  body { max-width: none; padding: 0; font-size: 11pt; }
  .figure svg, .figure img { min-width: 0; }
  article, .figure, tr { break-inside: avoid; }
}
"""
