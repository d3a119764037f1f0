using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Search;

/// <summary>Finds the rows that say something: a substring, letters of either case, in what the messages say (not in field names).</summary>
/// <remarks>
/// The file is read once, a megabyte at a time. A row's bytes are looked through first, with escapes undone; only where they hold the
/// text is the row parsed, to see whether a message says it. Bad rows are searched as they are written.
/// </remarks>
public sealed class RowSearch
{
    private const int BlockBytes = 1 << 20;

    private readonly DatasetRows _rows;
    private readonly string _text;

    private RowSearch(DatasetRows rows, string text)
    {
        _rows = rows;
        _text = text;
    }

    /// <summary>Searches all rows, or those asked for.</summary>
    /// <param name="rows">The file.</param>
    /// <param name="text">What is looked for; an empty text is in no row.</param>
    /// <param name="among">Which rows are looked at; <see langword="null"/> for all.</param>
    /// <param name="workers">Threads that look side by side.</param>
    /// <param name="report">Told what was found since the last time, in the order of the file, on the calling thread.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <exception cref="UserErrorException">The file changed since it was indexed.</exception>
    public static void Run(
        DatasetRows rows, string text, Predicate<int>? among, int workers, Action<RowSearchProgress> report, CancellationToken cancellationToken)
    {
        if (text.Length > 0)
        {
            new RowSearch(rows, text).Run(among, workers, report, cancellationToken);
        }
    }

    private void Run(Predicate<int>? among, int workers, Action<RowSearchProgress> report, CancellationToken cancellationToken)
    {
        foreach (var wave in Blocks(among).Chunk(workers))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var found = new List<int>[wave.Length];
            try
            {
                Parallel.For(0, wave.Length, block => found[block] = Search(wave[block]));
            }
            catch (AggregateException exception) when (exception.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } mistake)
            {
                throw mistake;
            }

            report(new RowSearchProgress(wave[^1].Rows[^1] + 1, _rows.Count, [.. found.SelectMany(rows => rows)]));
        }

        report(new RowSearchProgress(_rows.Count, _rows.Count, []));
    }

    /// <summary>Rows that lie close enough together to be read in one go.</summary>
    private IEnumerable<Block> Blocks(Predicate<int>? among)
    {
        var block = new Block(0, 0, []);
        for (var number = 0; number < _rows.Count; number++)
        {
            if (among is not null && !among(number))
            {
                continue;
            }

            var (offset, length) = _rows.Extent(number);
            if (block.Rows.Count > 0 && offset + length - block.Start > BlockBytes)
            {
                yield return block;
                block = new Block(0, 0, []);
            }

            block = block.Rows.Count == 0 ? new Block(offset, offset + length, []) : block with { End = offset + length };
            block.Rows.Add(number);
        }

        if (block.Rows.Count > 0)
        {
            yield return block;
        }
    }

    private List<int> Search(Block block)
    {
        var bytes = new byte[block.End - block.Start];
        var filled = _rows.Index.ReadBytes(block.Start, bytes);
        var text = new RowText(_rows.Index.Source.Container);
        var found = new List<int>();
        foreach (var number in block.Rows)
        {
            var (offset, length) = _rows.Extent(number);
            var start = (int)Math.Min(offset - block.Start, filled);
            var row = text.Read(bytes.AsSpan(start, Math.Min(length, filled - start)));
            if (row.Contains(_text, StringComparison.OrdinalIgnoreCase) && Says(number))
            {
                found.Add(number);
            }
        }

        return found;
    }

    private bool Says(int number)
        => _rows.Place(number).Good is not { } good
            || ConversationText.Of(_rows.Index.Read(good).Conversation).Any(message => message.Texts.Any(text => text.Contains(_text, StringComparison.OrdinalIgnoreCase)));

    private sealed record Block(long Start, long End, List<int> Rows);
}
