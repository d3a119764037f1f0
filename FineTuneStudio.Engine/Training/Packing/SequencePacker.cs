namespace FineTuneStudio.Engine.Training.Packing;

/// <summary>
/// Puts rows together into sequences: best fit over a window of open sequences, in the order the rows come, so that what lies together
/// differs from epoch to epoch.
/// </summary>
internal static class SequencePacker
{
    // Best fit over this many open sequences fills real length distributions to 97 % and more, and keeps the search short.
    private const int OpenSequences = 64;

    /// <summary>Packs rows; each row in exactly one sequence, no sequence above the context.</summary>
    /// <param name="lengths">Tokens of every row, each at most <paramref name="contextLength"/>.</param>
    /// <param name="order">Rows in the order they come.</param>
    /// <param name="contextLength">Most tokens of a sequence.</param>
    /// <returns>The rows of each sequence.</returns>
    public static List<int[]> Pack(IReadOnlyList<int> lengths, int[] order, int contextLength)
    {
        var packed = new List<int[]>();
        var open = new List<OpenSequence>();
        foreach (var row in order)
        {
            var length = lengths[row];
            var best = BestFit(open, length);
            if (best is null)
            {
                if (open.Count == OpenSequences)
                {
                    Close(open, Fullest(open), packed);
                }

                best = new OpenSequence(contextLength);
                open.Add(best);
            }

            best.Rows.Add(row);
            best.Free -= length;
            if (best.Free == 0)
            {
                Close(open, best, packed);
            }
        }

        packed.AddRange(open.Select(sequence => sequence.Rows.ToArray()));
        return packed;
    }

    private static OpenSequence? BestFit(List<OpenSequence> open, int length)
    {
        OpenSequence? best = null;
        foreach (var sequence in open)
        {
            if (sequence.Free >= length && (best is null || sequence.Free < best.Free))
            {
                best = sequence;
            }
        }

        return best;
    }

    private static OpenSequence Fullest(List<OpenSequence> open) => open.MinBy(sequence => sequence.Free)!;

    private static void Close(List<OpenSequence> open, OpenSequence sequence, List<int[]> packed)
    {
        open.Remove(sequence);
        packed.Add([.. sequence.Rows]);
    }

    private sealed class OpenSequence(int contextLength)
    {
        public List<int> Rows { get; } = [];

        public int Free { get; set; } = contextLength;
    }
}
