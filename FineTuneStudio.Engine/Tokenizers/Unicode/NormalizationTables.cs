using System.Collections.Frozen;
using System.Globalization;

namespace FineTuneStudio.Engine.Tokenizers.Unicode;

/// <summary>Decompositions and combining classes of Unicode 9, by which Hugging Face's tokenizers normalise, and BERT's sets of Unicode 8.</summary>
/// <remarks>The runtime's own normalization is absent in invariant mode, and its newer tables would give other ids for later marks.</remarks>
internal sealed class NormalizationTables
{
    private static readonly Lazy<NormalizationTables> Loaded = new(() => new NormalizationTables());

    private readonly FrozenDictionary<int, int[]> _canonical;
    private readonly FrozenDictionary<int, int[]> _compatibility;
    private readonly FrozenDictionary<long, int> _compositions;
    private readonly FrozenDictionary<int, byte> _classes;
    private readonly FrozenSet<int> _marks;
    private readonly FrozenSet<int> _olderPunctuation;
    private readonly FrozenSet<int> _olderNonSpacingMarks;
    private readonly FrozenSet<int> _olderFormats;
    private readonly FrozenSet<int> _seconds;

    // One bit for each unit of the basic plane that may change or move under NFC: everything else needs no look.
    private readonly ulong[] _unsettled = new ulong[0x10000 / 64];

    private NormalizationTables()
    {
        Dictionary<int, int[]> canonical = [];
        Dictionary<int, int[]> compatibility = [];
        Dictionary<long, int> compositions = [];
        Dictionary<int, byte> classes = [];
        Dictionary<string, HashSet<int>> sets = new(StringComparer.Ordinal) { ["M"] = [], ["P"] = [], ["N"] = [], ["F"] = [] };
        foreach (var line in UnicodeResource.ReadLines("normalization.txt"))
        {
            var fields = line.Split(' ');
            var first = Hex(fields[1]);
            switch (fields[0])
            {
                case "D" or "X":
                    var parts = fields[2..].Select(Hex).ToArray();
                    canonical[first] = parts;
                    if (fields[0] == "D")
                    {
                        compositions[Pair(parts[0], parts[1])] = first;
                        Unsettle(parts[1]);
                    }
                    else
                    {
                        Unsettle(first);
                    }

                    break;
                case "K":
                    compatibility[first] = fields[2..].Select(Hex).ToArray();
                    break;
                case "C":
                    for (var codePoint = first; codePoint <= Hex(fields[2]); codePoint++)
                    {
                        classes[codePoint] = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                        Unsettle(codePoint);
                    }

                    break;
                default:
                    for (var codePoint = first; codePoint <= Hex(fields[2]); codePoint++)
                    {
                        sets[fields[0]].Add(codePoint);
                    }

                    break;
            }
        }

        for (var unit = Hangul.VowelBase; unit < Hangul.TrailBase + Hangul.TrailCount; unit++)
        {
            Unsettle(unit);
        }

        _canonical = canonical.ToFrozenDictionary();
        _compatibility = compatibility.ToFrozenDictionary();
        _compositions = compositions.ToFrozenDictionary();
        _classes = classes.ToFrozenDictionary();
        _marks = sets["M"].ToFrozenSet();
        _olderPunctuation = sets["P"].ToFrozenSet();
        _olderNonSpacingMarks = sets["N"].ToFrozenSet();
        _olderFormats = sets["F"].ToFrozenSet();
        _seconds = compositions.Keys.Select(pair => (int)(pair & 0x1FFFFF)).ToFrozenSet();
    }

    /// <summary>The tables, read when first asked for.</summary>
    public static NormalizationTables Instance => Loaded.Value;

    /// <summary>Whether a unit may change under NFC, or is half of something that may.</summary>
    public bool MayChangeUnderNfc(char unit)
        => char.IsSurrogate(unit) || ((_unsettled[unit >> 6] >> (unit & 63)) & 1) != 0;

    /// <summary>Whether a code point decomposes, composes or combines at all; for those above the basic plane.</summary>
    public bool HasPart(int codePoint) => _classes.ContainsKey(codePoint) || _canonical.ContainsKey(codePoint) || _seconds.Contains(codePoint);

    /// <summary>Canonical combining class; 0 for a starter.</summary>
    public int CombiningClass(int codePoint) => codePoint < 0x300 ? 0 : _classes.GetValueOrDefault(codePoint);

    /// <summary>Whether a code point was of general category M.</summary>
    public bool IsMark(int codePoint) => codePoint >= 0x300 && _marks.Contains(codePoint);

    /// <summary>Whether a code point was punctuation in Unicode 8.</summary>
    public bool IsOlderPunctuation(int codePoint) => _olderPunctuation.Contains(codePoint);

    /// <summary>Whether a code point was a mark without a width of its own in Unicode 8.</summary>
    public bool IsOlderNonSpacingMark(int codePoint) => codePoint >= 0x300 && _olderNonSpacingMarks.Contains(codePoint);

    /// <summary>Whether a code point was a format character in Unicode 8.</summary>
    public bool IsOlderFormat(int codePoint) => codePoint >= 0xAD && _olderFormats.Contains(codePoint);

    /// <summary>What two code points compose to, or -1.</summary>
    public int Compose(int first, int second)
    {
        var hangul = Hangul.Compose(first, second);
        return hangul >= 0 ? hangul : _compositions.GetValueOrDefault(Pair(first, second), -1);
    }

    /// <summary>Appends the full decomposition of a code point.</summary>
    public void Decompose(int codePoint, bool compatibility, List<int> target)
    {
        if (codePoint < 0xA0)
        {
            target.Add(codePoint);
        }
        else if (!Hangul.Decompose(codePoint, target))
        {
            if (_canonical.TryGetValue(codePoint, out var parts) || (compatibility && _compatibility.TryGetValue(codePoint, out parts)))
            {
                foreach (var part in parts)
                {
                    Decompose(part, compatibility, target);
                }
            }
            else
            {
                target.Add(codePoint);
            }
        }
    }

    private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private void Unsettle(int codePoint)
    {
        if (codePoint < 0x10000)
        {
            _unsettled[codePoint >> 6] |= 1UL << (codePoint & 63);
        }
    }
}
