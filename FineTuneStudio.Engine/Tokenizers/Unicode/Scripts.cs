using System.Globalization;

namespace FineTuneStudio.Engine.Tokenizers.Unicode;

/// <summary>The script of a code point by Unicode 13.</summary>
internal static class Scripts
{
    /// <summary>No script: unassigned.</summary>
    public const int None = 0;

    private static readonly Lazy<(int[] Firsts, int[] Lasts, int[] Values, Dictionary<string, int> Names)> Table = new(Load);

    /// <summary>A number for the script of a code point, <see cref="None"/> where it has none.</summary>
    public static int Of(int codePoint)
    {
        var table = Table.Value;
        var index = Array.BinarySearch(table.Firsts, codePoint);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && codePoint <= table.Lasts[index] ? table.Values[index] : None;
    }

    /// <summary>The number of a script by its Unicode name (<c>Han</c>), or <c>null</c>.</summary>
    public static int? Named(string name) => Table.Value.Names.TryGetValue(name, out var number) ? number : null;

    private static (int[] Firsts, int[] Lasts, int[] Values, Dictionary<string, int> Names) Load()
    {
        List<int> firsts = [];
        List<int> lasts = [];
        List<int> values = [];
        Dictionary<string, int> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var fields in UnicodeResource.ReadLines("scripts.txt").Select(line => line.Split(' ')))
        {
            names.TryAdd(fields[2], names.Count + 1);
            firsts.Add(int.Parse(fields[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            lasts.Add(int.Parse(fields[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            values.Add(names[fields[2]]);
        }

        return ([.. firsts], [.. lasts], [.. values], names);
    }
}
