// How the report's page looks, by day and by night. Kept apart because the page names its hash.
#pragma once

#include <string_view>

namespace shirgate {

inline constexpr std::string_view report_style = R"(
:root { color-scheme: light dark; --page: #ffffff; --text: #1b1f24; --quiet: #4d5761; --line: #c4ccd4;
  --band: #f3f5f7; --first: #0b62a8; --second: #b3450b; --alarm: #a3160f; --link: #0b4f8a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181d; --text: #e6eaee; --quiet: #b3bdc7; --line: #414b56; --band: #1e242b;
    --first: #6cb4f2; --second: #f2a06c; --alarm: #ff9d94; --link: #8cc4f8; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 1rem 1.5rem 3rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0.5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; overflow-wrap: anywhere; }
a { color: var(--link); }
p, dd, td, th, figcaption { overflow-wrap: anywhere; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; }
.alarm { color: var(--alarm); font-weight: 600; }
.quiet, figcaption, caption, .legend { color: var(--quiet); }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; padding-bottom: 0.25rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); }
thead th { background: var(--band); white-space: nowrap; }
td:not(.figure) { min-width: 6.5rem; }
tbody th { font-weight: 600; min-width: 14rem; }
.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
figure { margin: 1.25rem 0; }
svg { width: 100%; height: auto; max-height: 40rem; }
svg text { fill: var(--text); font-size: 12px; }
svg .value { fill: var(--quiet); }
svg .axis { stroke: var(--line); }
.series1 { fill: var(--first); background: var(--first); }
.series2 { fill: var(--second); background: var(--second); }
.key { display: inline-block; width: 0.8rem; height: 0.8rem; }
.legend { margin: 0.25rem 0; font-size: 0.9rem; }
pre { background: var(--band); padding: 0.6rem 0.8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
)";

}  // namespace shirgate
