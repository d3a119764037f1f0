using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Records;
using FineTuneStudio.Engine.Datasets.Rows;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>Finds out a delimited file's delimiter, header and mapping.</summary>
internal static class TableSniffer
{
    private const int SampleRows = 200;
    private const int ShownRows = 3;
    private const int ShownCharacters = 80;
    private static readonly char[] Delimiters = [',', ';', '\t'];

    /// <summary>The columns; faults of the header go to the file's.</summary>
    public static ColumnReport Sniff(DatasetFile file, ReadOnlySpan<byte> start, DatasetCheckOptions options)
    {
        var given = options.Columns;
        var answerIsOptional = options.Method == TrainingMethod.Rft;
        var delimiter = FindDelimiter(start);
        var (names, sample) = ReadSample(file, delimiter);
        IReadOnlyList<string>[] shown = [.. sample.Take(ShownRows).Select(row => row.Select(Cut).ToArray())];
        foreach (var name in names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            file.Report(DatasetFaultKind.DuplicateColumn, $"two columns named {name}", "each name once", "The first of them is used: rename the other.");
        }

        if (given is not null)
        {
            if (given.Assistant is null && !answerIsOptional)
            {
                file.Report(DatasetFaultKind.MissingColumn, "no column for the assistant", "a column with the answer to learn", "Say which column it is (--assistant).");
                return new ColumnReport(delimiter, names, null, Suggested: false, "There is no column for the assistant.") { FirstRows = shown };
            }

            var missing = new[] { given.System, given.User, given.Assistant }.Where(name => name is not null && ColumnGuesser.IndexOf(names, name) < 0).ToList();
            if (missing.Count == 0)
            {
                return new ColumnReport(delimiter, names, given, Suggested: false, "as given") { FirstRows = shown };
            }

            var reason = $"There is no column {string.Join(" and no column ", missing)}; the columns are {string.Join(", ", names)}.";
            file.Report(DatasetFaultKind.MissingColumn, $"the columns {string.Join(", ", names)}", $"a column {string.Join(" and a column ", missing)}", "Choose among the columns that the file has.");
            return new ColumnReport(delimiter, names, null, Suggested: false, reason) { FirstRows = shown };
        }

        var (mapping, why) = ColumnGuesser.Suggest(names, sample, options.Method);
        if (mapping is null)
        {
            file.Report(DatasetFaultKind.MissingColumn, $"the columns {string.Join(", ", names)}", answerIsOptional ? "a column for the user" : "a column for the user and one for the assistant", $"{why} Say which columns they are (--user, --assistant).");
        }

        return new ColumnReport(delimiter, names, mapping, mapping is not null, why) { FirstRows = shown };
    }

    /// <summary>The delimiter that occurs most often in the first line, outside quotes.</summary>
    private static char FindDelimiter(ReadOnlySpan<byte> start)
    {
        Span<int> counts = stackalloc int[Delimiters.Length];
        counts.Clear();
        var quoted = false;
        foreach (var value in start)
        {
            if (value == (byte)'"')
            {
                quoted = !quoted;
            }
            else if (!quoted && value == (byte)'\n')
            {
                break;
            }
            else if (!quoted && Array.IndexOf(Delimiters, (char)value) is >= 0 and var index)
            {
                counts[index]++;
            }
        }

        var best = 0;
        for (var i = 1; i < counts.Length; i++)
        {
            best = counts[i] > counts[best] ? i : best;
        }

        return Delimiters[best];
    }

    private static string Cut(string value)
        => value.Length <= ShownCharacters ? value : value[..(char.IsHighSurrogate(value[ShownCharacters - 1]) ? ShownCharacters - 1 : ShownCharacters)] + "…";

    private static (List<string> Names, List<string[]> Sample) ReadSample(DatasetFile file, char delimiter)
    {
        using var text = file.OpenText();
        if (file.HasByteOrderMark)
        {
            text.ReadExactly(stackalloc byte[3]);
        }

        var block = new RecordBlock();
        _ = new RecordReader(text, new DelimitedScanner((byte)delimiter), 0, 1 << 20).Read(block);
        var fields = new DelimitedFields((byte)delimiter);
        var names = new List<string>();
        var sample = new List<string[]>();
        foreach (var record in block.Records.Take(SampleRows + 1))
        {
            fields.Parse(block[record]);
            var values = Enumerable.Range(0, fields.Count).Select(index => Encoding.UTF8.GetString(fields[index])).ToArray();
            if (names.Count == 0)
            {
                names.AddRange(values.Select((name, index) => name.Trim() is { Length: > 0 } trimmed ? trimmed : $"column {index + 1}"));
            }
            else if (values.Length == names.Count)
            {
                sample.Add(values);
            }
        }

        return (names, sample);
    }
}
