using System.Globalization;

namespace FineTuneStudio.Engine.Tokenizers.Unicode;

/// <summary>The script of a code point: by Unicode 9 where text is split by scripts, by Unicode 14 where a pattern names one.</summary>
internal static class Scripts
{
    /// <summary>No script: unassigned.</summary>
    public const int None = 0;

    private static readonly Lazy<(int[] Firsts, int[] Lasts, int[] Values, bool[] IsNewer, Dictionary<string, int> Names)> Table = new(Load);

    /// <summary>A number for the script of a code point, <see cref="None"/> where it has none.</summary>
    public static int Of(int codePoint, bool isOlder = false)
    {
        var table = Table.Value;
        var index = Array.BinarySearch(table.Firsts, codePoint);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && codePoint <= table.Lasts[index] && !(isOlder && table.IsNewer[index]) ? table.Values[index] : None;
    }

    /// <summary>The number of a script by its Unicode name (<c>Han</c>), or <c>null</c>.</summary>
    public static int? Named(string name) => Table.Value.Names.TryGetValue(name, out var number) ? number : null;

    private static (int[] Firsts, int[] Lasts, int[] Values, bool[] IsNewer, Dictionary<string, int> Names) Load()
    {
        List<int> firsts = [];
        List<int> lasts = [];
        List<int> values = [];
        List<bool> isNewer = [];
        Dictionary<string, int> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var fields in UnicodeResource.ReadLines("scripts.txt").Select(line => line.Split(' ')))
        {
            var name = fields[2].TrimEnd('+');
            names.TryAdd(name, names.Count + 1);
            firsts.Add(int.Parse(fields[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            lasts.Add(int.Parse(fields[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            values.Add(names[name]);
            isNewer.Add(fields[2].EndsWith('+'));
        }

        return ([.. firsts], [.. lasts], [.. values], [.. isNewer], names);
    }
}
