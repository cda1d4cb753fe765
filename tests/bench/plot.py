"""Draws one plot as SVG. Run by a Python that has matplotlib; reads the plot (`report.Plot`) as JSON.

Argument: the file to write. Readable on light and on dark pages: no background, and greys between the two.
"""

import json
import sys

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

GREY = "#7d8590"
COLOURS = ("#2f81f7", "#e5793a", "#2da44e", "#bf4fb8", "#c49a12", "#7d8590")
STYLE = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.prop_cycle": mpl.cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "sans-serif",
    "font.size": 11,
    "grid.alpha": 0.25,
    "grid.color": GREY,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "svg.fonttype": "none",
    "svg.hashsalt": "hh-bridge",
    "text.color": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
}


def main(file: str) -> None:
    """From standard input to `file`."""
    plot = json.load(sys.stdin)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
        for curve in plot["curves"]:
            marker = "o" if len(curve["x"]) < 20 else ""
            axes.plot(curve["x"], curve["y"], marker=marker, markersize=4, label=curve["name"])
        axes.set(title=plot["title"], xlabel=plot["x_label"], ylabel=plot["y_label"])
        axes.set_xscale("log" if plot["log_x"] else "linear")
        axes.set_yscale("log" if plot["log_y"] else "linear")
        if not plot["log_y"]:
            axes.set_ylim(bottom=0)
        axes.grid(visible=True)
        if len(plot["curves"]) > 1:
            figure.legend(loc="outside lower left")
        figure.savefig(file, transparent=True, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main(sys.argv[1])
