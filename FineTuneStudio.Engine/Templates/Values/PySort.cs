namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's stable sort. It only ever asks whether one key is less than another; what that raises passes through.</summary>
internal static class PySort
{
    /// <summary>The items in the order of their keys; equal ones keep theirs, in reverse order too.</summary>
    public static List<T> Sort<T>(IReadOnlyList<T> items, Func<T, object> key, bool reverse = false)
    {
        var entries = new (object Key, T Item)[items.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = (key(items[i]), items[i]);
        }

        var other = new (object Key, T Item)[entries.Length];
        for (var width = 1; width < entries.Length; width *= 2)
        {
            for (var start = 0; start < entries.Length; start += 2 * width)
            {
                Merge(entries, other, start, Math.Min(start + width, entries.Length), Math.Min(start + (2 * width), entries.Length), reverse);
            }

            (entries, other) = (other, entries);
        }

        return [.. entries.Select(entry => entry.Item)];
    }

    private static void Merge<T>((object Key, T Item)[] from, (object Key, T Item)[] to, int start, int middle, int end, bool reverse)
    {
        var (left, right) = (start, middle);
        for (var i = start; i < end; i++)
        {
            var takesRight = left == middle || (right < end
                && (reverse ? PyCompare.Less(from[left].Key, from[right].Key) : PyCompare.Less(from[right].Key, from[left].Key)));
            to[i] = takesRight ? from[right++] : from[left++];
        }
    }
}
