#!/usr/bin/env python3
"""Draws what a terminal shows as SVG. Reads text with colour sequences (tmux capture-pane -p -e), writes the picture.

usage: render.py TITLE < capture > picture.svg
"""
import html
import re
import sys
import unicodedata

CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN, BAR = 8.4, 18, 14, 16, 34
BACKGROUND, FOREGROUND, FRAME = "#12161c", "#d5d9e0", "#1d232c"
PALETTE = ["#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d5d9e0",
           "#7f8796", "#ff8a93", "#b5e890", "#ffd787", "#82c7ff", "#e0a0f5", "#7fdbe5", "#ffffff"]
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[[0-9;?]*[A-Za-z]|\x1b\(B|\x0e|\x0f")


def colour(number):
    """Returns a colour of the palette with 256 entries."""
    if number < 16:
        return PALETTE[number]
    if number >= 232:
        level = 8 + (number - 232) * 10
        return f"#{level:02x}{level:02x}{level:02x}"
    steps = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#{:02x}{:02x}{:02x}".format(steps[number // 36], steps[number // 6 % 6], steps[number % 6])


def apply(codes, style):
    """Changes a style by the numbers of a sequence."""
    numbers = [int(code or 0) for code in codes.split(";")] or [0]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            style.clear()
        elif code in (1, 2, 3, 4, 7):
            style[{1: "bold", 2: "dim", 3: "italic", 4: "line", 7: "turned"}[code]] = True
        elif code == 22:
            style.pop("bold", None)
            style.pop("dim", None)
        elif code in (23, 24, 27):
            style.pop({23: "italic", 24: "line", 27: "turned"}[code], None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["front"] = PALETTE[code - 30 if code < 40 else code - 82]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["back"] = PALETTE[code - 40 if code < 50 else code - 92]
        elif code in (38, 48) and numbers:
            key = "front" if code == 38 else "back"
            if numbers.pop(0) == 5:
                style[key] = colour(numbers.pop(0))
            else:
                style[key] = "#{:02x}{:02x}{:02x}".format(*(numbers.pop(0) for _ in range(3)))
        elif code in (39, 49):
            style.pop("front" if code == 39 else "back", None)


def runs(line, style):
    """Splits a line into pieces of one style; a style goes on in the next line."""
    at = 0
    for found in SEQUENCE.finditer(line):
        if found.start() > at:
            yield line[at:found.start()], dict(style)
        if found.group(1) is not None:
            apply(found.group(1), style)
        at = found.end()
    if at < len(line):
        yield line[at:], dict(style)


def width(text):
    """Returns the number of cells."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def piece(text, style, column, row):
    """Returns the elements of a piece."""
    x, y = MARGIN + column * CELL_WIDTH, BAR + MARGIN + row * LINE_HEIGHT
    front, back = style.get("front", FOREGROUND), style.get("back")
    if style.get("turned"):
        front, back = back or BACKGROUND, front
    length = width(text) * CELL_WIDTH
    if back:
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{length:.1f}" height="{LINE_HEIGHT}" fill="{back}"/>'
    if text.strip():
        look = (' font-weight="bold"' if style.get("bold") else "") + (' fill-opacity="0.6"' if style.get("dim") else "") + (
            ' font-style="italic"' if style.get("italic") else "") + (' text-decoration="underline"' if style.get("line") else "")
        yield (f'<text x="{x:.1f}" y="{y + 13.5:.1f}" fill="{front}" textLength="{length:.1f}" xml:space="preserve"{look}>'
               f'{html.escape(text, quote=False)}</text>')


def main():
    title = sys.argv[1] if len(sys.argv) > 1 else ""
    lines = sys.stdin.read().rstrip("\n").split("\n")
    while lines and not SEQUENCE.sub("", lines[-1]).strip():
        lines.pop()
    columns = max([width(SEQUENCE.sub("", line)) for line in lines] + [60])
    full, tall = columns * CELL_WIDTH + 2 * MARGIN, len(lines) * LINE_HEIGHT + 2 * MARGIN + BAR
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{full:.0f}" height="{tall:.0f}" viewBox="0 0 {full:.0f} {tall:.0f}" '
          f'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{FONT_SIZE}">')
    print(f"<title>{html.escape(title)}</title>")
    print(f'<rect width="{full:.0f}" height="{tall:.0f}" rx="8" fill="{BACKGROUND}"/>')
    print(f'<path d="M0 8a8 8 0 0 1 8-8h{full - 16:.0f}a8 8 0 0 1 8 8v{BAR - 8}h-{full:.0f}z" fill="{FRAME}"/>')
    for index, dot in enumerate(["#e06c75", "#e5c07b", "#98c379"]):
        print(f'<circle cx="{18 + index * 18}" cy="{BAR / 2}" r="5.5" fill="{dot}"/>')
    print(f'<text x="{full / 2:.0f}" y="{BAR / 2 + 5}" fill="#8b93a1" text-anchor="middle">{html.escape(title)}</text>')
    style = {}
    for row, line in enumerate(lines):
        column = 0
        for text, look in runs(line, style):
            for element in piece(text, look, column, row):
                print(element)
            column += width(text)
    print("</svg>")


if __name__ == "__main__":
    main()
