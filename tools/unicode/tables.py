#!/usr/bin/env python3
"""Writes the Unicode tables of FineTuneStudio.Engine/Tokenizers/Unicode.

Hugging Face's tokenizers normalises by the tables of Unicode 9 and splits by the scripts of Unicode 13, while the runtime's own data is
newer. Characters never change their decomposition once assigned, so the older tables are the newer ones cut at the characters' age.

Needs python3 (unicodedata) and perl (\\p{Present_In}, \\p{Script}), both of Unicode 13 or newer.
"""
import pathlib
import subprocess
import sys
import unicodedata

TARGET = pathlib.Path(__file__).resolve().parents[2] / "FineTuneStudio.Engine" / "Tokenizers" / "Unicode"

PERL = r"""
use Unicode::UCD qw(charscript charscripts);
my $what = shift;
for my $cp (0 .. 0x10FFFF) {
    next if $cp >= 0xD800 && $cp < 0xE000;
    if ($what eq 'present') { print "$cp\n" if chr($cp) =~ /\p{Present_In: 9.0}/; }
    elsif (chr($cp) =~ /\p{Present_In: 13.0}/) { my $s = charscript($cp); print "$cp $s\n" if defined $s && $s ne 'Unknown'; }
}
"""


def perl(what):
    return subprocess.run(["perl", "-e", PERL, what], check=True, capture_output=True, text=True).stdout.splitlines()


def ranges(pairs):
    """(code point, value) in order -> (first, last, value)."""
    result = []
    for cp, value in pairs:
        if result and result[-1][1] == cp - 1 and result[-1][2] == value:
            result[-1][1] = cp
        else:
            result.append([cp, cp, value])
    return result


def normalization():
    present = [int(line) for line in perl("present")]
    lines = [
        "# Canonical and compatibility decompositions, combining classes and combining marks of Unicode 9; written by tools/unicode/tables.py.",
        "# D cp parts: canonical, composes again; X cp parts: canonical, never composes; K cp parts: compatibility;",
        "# C first last class: combining class; M first last: general category M. Hangul is computed.",
    ]
    for cp in present:
        if 0xAC00 <= cp <= 0xD7A3:
            continue
        decomposition = unicodedata.decomposition(chr(cp)).split()
        if not decomposition:
            continue
        if decomposition[0].startswith("<"):
            lines.append("K %X %s" % (cp, " ".join(decomposition[1:])))
            continue
        parts = [int(part, 16) for part in decomposition]
        composes = len(parts) == 2 and unicodedata.normalize("NFC", "".join(map(chr, parts))) == chr(cp)
        lines.append("%s %X %s" % ("D" if composes else "X", cp, " ".join("%X" % part for part in parts)))
    for first, last, value in ranges((cp, unicodedata.combining(chr(cp))) for cp in present if unicodedata.combining(chr(cp))):
        lines.append("C %X %X %d" % (first, last, value))
    for first, last, _ in ranges((cp, "M") for cp in present if unicodedata.category(chr(cp)).startswith("M")):
        lines.append("M %X %X" % (first, last))
    (TARGET / "normalization.txt").write_text("\n".join(lines) + "\n")


def scripts():
    pairs = [(int(line.split()[0]), line.split()[1]) for line in perl("scripts")]
    lines = ["# Scripts of Unicode 13: first last name; written by tools/unicode/tables.py."]
    lines += ["%X %X %s" % tuple(row) for row in ranges(pairs)]
    (TARGET / "scripts.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(normalization() or scripts())
