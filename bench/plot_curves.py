# SPDX-License-Identifier: Apache-2.0
"""Curves of error over time as one SVG: plot_curves.py CURVES.json PICTURE.svg

CURVES.json: [{"title": ..., "lines": [{"name": ..., "seconds": [...], "rmse": [...]}, ...]}, ...], a panel each.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "palate", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9})
import matplotlib.pyplot as plt  # noqa: E402 (after the choice of what draws)

STYLES = ["-o", "--s", ":^", "-.D"]  # Told apart without colours.


def draw(axes, panel):
    for line, style in zip(panel["lines"], STYLES):
        own = line["name"].startswith("palate")
        axes.plot(line["seconds"], line["rmse"], style, label=line["name"], markersize=3, linewidth=1.2,
                  color="#0b6e4f" if own else "#777777")
    best = min(panel["lines"][0]["rmse"])
    axes.axhline(best, color="#bbbbbb", linewidth=.8, zorder=0)
    axes.set(title=panel["title"], xscale="log", xlabel="seconds, from text to saved model",
             ylabel="RMSE on a tenth held out", ylim=(None, best + .06))
    axes.xaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    axes.set_xticks([tick for tick in (.1, .2, .5, 1, 2, 5, 10) if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(.5, -.2))


def main():
    panels = json.loads(pathlib.Path(sys.argv[1]).read_text())
    figure, axes = plt.subplots(1, len(panels), figsize=(4.4 * len(panels), 3.6), squeeze=False, layout="constrained")
    for place, panel in zip(axes[0], panels):
        draw(place, panel)
    figure.savefig(sys.argv[2], metadata={"Date": None, "Creator": None}, facecolor="white")


main()
