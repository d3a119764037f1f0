#!/usr/bin/env python3
"""Writes the Unicode tables of FineTuneStudio.Engine/Tokenizers/Unicode.

Hugging Face's tokenizers normalises and splits by scripts by the tables of Unicode 9 and looks at BERT's categories by those of Unicode 8,
while the runtime's own data is newer. Characters never change their decomposition once assigned, so the older tables are the newer ones
cut at the characters' age; the few whose category did change are listed here.

Needs python3 (unicodedata) and perl (\\p{Present_In}, \\p{Script}), both of Unicode 14.
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
    if ($what eq 'scripts') {
        my $s = charscript($cp);
        print "$cp $s", (chr($cp) =~ /\p{Present_In: 9.0}/ ? "" : "+"), "\n" if defined $s && $s ne 'Unknown';
    }
    elsif ($what eq 'alphabetic') { print "$cp\n" if chr($cp) =~ /\p{Alphabetic}/ && chr($cp) !~ /[\p{L}\p{Nl}]/; }
    elsif ($what eq 'lowercase') { print "$cp\n" if chr($cp) =~ /\p{Lowercase}/ && chr($cp) !~ /\p{Ll}/; }
    elsif ($what eq '8.0') { print "$cp\n" if chr($cp) =~ /\p{Present_In: 8.0}/; }
    else { print "$cp\n" if chr($cp) =~ /\p{Present_In: 9.0}/; }
}
"""


# Categories that changed since: (code point, what it was).
WAS = {0x166D: "Po", 0x111C9: "Po", 0x1CF2: "Mc", 0x1CF3: "Mc", 0x1734: "Mn"}
WAS_IN_8 = {0x1885: "Lo", 0x1886: "Lo", 0xA9BD: "Mc"}


def category(cp, is_older):
    return is_older and WAS_IN_8.get(cp) or WAS.get(cp) or unicodedata.category(chr(cp))


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
    present = [int(line) for line in perl("9.0")]
    older = [int(line) for line in perl("8.0")]
    lines = [
        "# Canonical and compatibility decompositions, combining classes and combining marks of Unicode 9; written by tools/unicode/tables.py.",
        "# D cp parts: canonical, composes again; X cp parts: canonical, never composes; K cp parts: compatibility;",
        "# C first last class: combining class; M first last: general category M. Hangul is computed.",
        "# Of Unicode 8: P first last: punctuation; N first last: marks without a width (Mn); F first last: format characters (Cf).",
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
    for name, among, prefix in (("M", present, "M"), ("P", older, "P"), ("N", older, "Mn"), ("F", older, "Cf")):
        for first, last, _ in ranges((cp, name) for cp in among if category(cp, among is older).startswith(prefix)):
            lines.append("%s %X %X" % (name, first, last))
    (TARGET / "normalization.txt").write_text("\n".join(lines) + "\n")


def scripts():
    pairs = [(int(line.split()[0]), line.split()[1]) for line in perl("scripts")]
    lines = ["# Scripts of Unicode 14: first last name, with + where it was not assigned in Unicode 9; written by tools/unicode/tables.py."]
    lines += ["%X %X %s" % tuple(row) for row in ranges(pairs)]
    (TARGET / "scripts.txt").write_text("\n".join(lines) + "\n")


def properties():
    lines = [
        "# Of Unicode 14: A first last: Alphabetic beside letters and letter numbers; L first last: Lowercase beside small letters (Ll);",
        "# written by tools/unicode/tables.py.",
    ]
    for name, what in (("A", "alphabetic"), ("L", "lowercase")):
        lines += ["%s %X %X" % (name, first, last) for first, last, _ in ranges((int(line), name) for line in perl(what))]
    (TARGET / "properties.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(normalization() or scripts() or properties())
