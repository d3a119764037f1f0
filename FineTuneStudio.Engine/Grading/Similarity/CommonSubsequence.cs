namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary>The longest common subsequence of two sequences.</summary>
internal static class CommonSubsequence
{
    /// <summary>Its length, in time of the product of both lengths and memory of one.</summary>
    public static int Length<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : IEquatable<T>
    {
        // What both begin and end with belongs to it.
        var same = left.CommonPrefixLength(right);
        left = left[same..];
        right = right[same..];
        while (left.Length > 0 && right.Length > 0 && left[^1].Equals(right[^1]))
        {
            left = left[..^1];
            right = right[..^1];
            same++;
        }

        var row = new int[right.Length + 1];
        foreach (var item in left)
        {
            var diagonal = 0;
            for (var column = 1; column <= right.Length; column++)
            {
                var above = row[column];
                row[column] = item.Equals(right[column - 1]) ? diagonal + 1 : Math.Max(above, row[column - 1]);
                diagonal = above;
            }
        }

        return same + row[^1];
    }
}
