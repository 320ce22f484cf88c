/* SPDX-License-Identifier: Apache-2.0 */
#include "style.h"

#include <stddef.h>

static const char COLOURS[] =
    ":root { color-scheme: light dark; --page: #fff; --text: #1c1c1c; --soft: #595959; "
    "--line: #d9d9d9; --card: #f6f6f4; --link: #1a4f8b; --warn: #fff4d6; --warn-line: #b37400; "
    "--s1: #1f5fa8; --s2: #a34a00; --s3: #5c5c5c }\n"
    "@media (prefers-color-scheme: dark) { :root { --page: #15171a; --text: #e6e6e6; "
    "--soft: #a8a8a8; --line: #3a3d42; --card: #1e2125; --link: #8fbdf0; --warn: #332a12; "
    "--warn-line: #d9a441; --s1: #7db8f0; --s2: #f0a060; --s3: #b0b0b0 } }\n"
    "@media print { :root { color-scheme: light; --page: #fff; --text: #000; --soft: #444; "
    "--line: #bbb; --card: #fff; --link: #000; --warn: #fff; --warn-line: #000; --s1: #1f5fa8; "
    "--s2: #a34a00; --s3: #5c5c5c } }\n";

static const char TEXT[] =
    "* { box-sizing: border-box }\n"
    "html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }\n"
    "body { margin: 0 auto; max-width: 70rem; padding: 1rem 1.25rem 3rem; background: var(--page); "
    "color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }\n"
    "h1 { font-size: 1.8rem; line-height: 1.2; margin: 0.5rem 0 }\n"
    "h2 { font-size: 1.35rem; margin: 2.5rem 0 0.75rem; padding-top: 0.75rem; "
    "border-top: 2px solid var(--text) }\n"
    "h3 { font-size: 1.05rem; margin: 0 0 0.25rem } h4 { font-size: 1rem; margin: 1rem 0 0.25rem "
    "}\n"
    "p, ul, dl { max-width: 46rem }\n"
    ".lead { font-size: 1.15rem; margin: 0.5rem 0 1rem }\n"
    ".kicker, .facts, figcaption, caption, small, footer { color: var(--soft) }\n"
    ".kicker, p.facts { margin: 0 }\n"
    "a { color: var(--link) } code { font-size: 0.9em; overflow-wrap: anywhere }\n"
    "pre { margin: 0.25rem 0 1rem; padding: 0.6rem 0.8rem; background: var(--card); "
    "border: 1px solid var(--line); white-space: pre-wrap }\n"
    "nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; "
    "max-width: none }\n"
    ".skip { position: absolute; left: -999rem } .skip:focus { position: static }\n"
    ".warning { background: var(--warn); border-left: 5px solid var(--warn-line); "
    "padding: 0.6rem 0.9rem }\n"
    "dt { font-weight: 600; margin-top: 0.6rem } dd { margin: 0 }\n"
    "footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: 0.9rem }\n";

static const char TABLES[] =
    ".scroll { overflow-x: auto; max-width: 100% }\n"
    "table { border-collapse: collapse; width: 100%; font-size: 0.92rem; "
    "font-variant-numeric: tabular-nums }\n"
    "caption { text-align: left; font-size: 0.9rem; padding-bottom: 0.2rem }\n"
    "th, td { text-align: right; padding: 0.22rem 0.4rem; vertical-align: top; "
    "border-bottom: 1px solid var(--line); overflow-wrap: normal } "
    "thead th { font-weight: 600; vertical-align: bottom; white-space: nowrap }\n"
    "th:first-child { text-align: left; padding-left: 0; white-space: nowrap } "
    "tbody th { font-weight: 500 } th:first-child.name { white-space: normal; "
    "overflow-wrap: anywhere; min-width: 7rem }\n"
    "td.names, table.facts td, table:has(td.names) thead th:last-child { text-align: left; "
    "overflow-wrap: anywhere }\n"
    "td small, small span { white-space: nowrap }\n"
    "td.bar { width: 34%; min-width: 5rem } "
    "td.bar svg { display: block; width: 100%; height: 16px; margin-top: 0.2rem }\n"
    "td.bar rect { fill: var(--s1) } td.bar line { stroke: var(--text); stroke-width: 2 }\n"
    "details { margin: 0.5rem 0 } summary { cursor: pointer; color: var(--link); "
    "font-size: 0.92rem }\n";

static const char LAYOUT[] =
    ".figures, .cards, .pair { display: grid; gap: 1.5rem 2.5rem; "
    "grid-template-columns: repeat(auto-fill, minmax(min(25rem, 100%), 1fr)); align-items: start "
    "}\n"
    ".cards { gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), "
    "1fr)) }\n"
    ".pair { margin: 1rem 0 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(32rem, "
    "100%), 1fr)) }\n"
    ".figures > *, .cards > *, .pair > * { min-width: 0 }\n"
    "figure { margin: 0 } figcaption { font-size: 0.9rem }\n"
    "article.card { background: var(--card); border: 1px solid var(--line); padding: 0.8rem 1rem "
    "}\n"
    "article.card thead { position: absolute; left: -999rem }\n"
    "article.user { border: 1px solid var(--line); padding: 0.9rem 1.1rem; margin: 1rem 0 }\n"
    "ul.liked { list-style: none; padding: 0; columns: 14rem; column-gap: 2rem; max-width: none }\n"
    "ul.liked li { break-inside: avoid }\n";

static const char PICTURES[] =
    "svg.plot { display: block; width: 100%; max-width: 30rem; height: auto } "
    "svg.fall { display: block; max-width: 100%; height: auto }\n"
    "svg text { font-family: system-ui, sans-serif; fill: var(--text) }\n"
    ".plot .tick, .plot .label, .fall .axis { font-size: 11px; fill: var(--soft) } "
    ".plot .name { font-size: 11px; font-weight: 600 }\n"
    ".grid { stroke: var(--line) } .base { stroke: var(--text) } "
    ".ideal { stroke: var(--soft); stroke-dasharray: 2 4 }\n"
    ".line { fill: none; stroke-width: 2 } .line.s1 { stroke: var(--s1) } "
    ".line.s2 { stroke: var(--s2); stroke-dasharray: 7 4 } "
    ".line.s3 { stroke: var(--s3); stroke-dasharray: 2 3 }\n"
    ".mark { stroke-width: 1.5 } .mark.s1 { fill: var(--s1); stroke: var(--s1) } "
    ".mark.s2 { fill: var(--page); stroke: var(--s2) } .mark.s3 { fill: var(--page); "
    "stroke: var(--s3) }\n"
    ".interval { fill: none; stroke-width: 1.2 } .interval.s1 { stroke: var(--s1) } "
    ".interval.s2 { stroke: var(--s2) } .interval.s3 { stroke: var(--s3) }\n"
    ".column.s1 { fill: var(--s1) } .column.s2 { fill: url(#hatch); stroke: var(--s2); "
    "stroke-width: 1 } .hatch { stroke: var(--s2); stroke-width: 1.6 }\n"
    ".fall text { font-size: 13px } .fall .number { font-size: 12px } "
    ".fall .axis { text-anchor: middle }\n"
    ".fall line { stroke: var(--soft) } .fall .grid { stroke: var(--line) } "
    ".fall .up { fill: var(--s1) } .fall .down { fill: var(--page); stroke: var(--s2); "
    "stroke-width: 1.5 } .fall .whole { fill: var(--s3) }\n";

/* What a row of recommendations says stands below it, not beside it. */
static const char PHONE[] =
    "@media (max-width: 30rem) { body { padding: 0.75rem } table { font-size: 0.85rem } "
    "td small { display: block; white-space: normal } thead th { white-space: normal } td.bar { "
    "min-width: 3.5rem } "
    "article.card, article.user { padding: 0.6rem 0.75rem } "
    ".user tr { display: grid; grid-template-columns: 1fr auto; "
    "border-bottom: 1px solid var(--line) } .user thead { position: absolute; left: -999rem } "
    ".user th, .user td { border: 0 } .user td.names { grid-column: 1 / -1; padding: 0 0 0.3rem "
    "1rem; "
    "color: var(--soft) } .user td.names small { display: inline } }\n";

static const char PAPER[] =
    "@media print { body { max-width: none; padding: 0; font-size: 10.5pt } nav, .skip { display: "
    "none "
    "} figure, article.card, tr { break-inside: avoid } h2, h3, h4 { break-after: avoid } "
    ".figures { grid-template-columns: 1fr 1fr } .cards { grid-template-columns: 1fr 1fr 1fr; gap: "
    "0.6rem } "
    ".cards table { font-size: 0.8rem } .cards td.bar { min-width: 2rem; width: 24% }  "
    "article.card { padding: 0.4rem 0.5rem } "
    ""
    "summary { display: none } "
    "* { print-color-adjust: exact; -webkit-print-color-adjust: exact } @page { margin: 15mm } }\n";

const char *const REPORT_STYLE[] = {COLOURS, TEXT, TABLES, LAYOUT, PICTURES, PHONE, PAPER, NULL};
