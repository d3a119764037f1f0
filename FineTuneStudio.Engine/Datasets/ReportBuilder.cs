using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Rows;
using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>Takes in checked blocks in the order of the file, and makes the report.</summary>
internal sealed class ReportBuilder(DatasetFile file, DatasetCheckOptions options, RowPositions? positions, Stream? badRows)
{
    private const int FewRows = 10;
    private const int ShownAnswers = 100;

    private readonly List<DatasetFault> _faults = [];
    private readonly long[] _counts = new long[FaultKinds.Count];
    private readonly int[] _listed = new int[FaultKinds.Count];
    private readonly DistinctCounter _rows = new();
    private readonly DistinctCounter _prompts = new();
    private readonly DistinctCounter _answers = new();
    private readonly AnswerTally _answerTexts = new();
    private readonly List<(long Line, long Offset)> _blankLines = [];
    private long _blankCount;
    private long _rowCount;
    private long _good;
    private long _bad;

    /// <summary>For each kind, whether its list is full, so that workers word no more of it.</summary>
    public bool[] Full { get; } = new bool[FaultKinds.Count];

    public long Rows => _rowCount;

    public long BadRows => _bad;

    /// <summary>Takes in the next block.</summary>
    public void Merge(BlockWorker worker)
    {
        var row = _rowCount;
        foreach (var facts in worker.Facts)
        {
            Merge(worker, facts, row);
            row += facts.State is RowState.Blank or RowState.None ? 0 : 1;
        }

        if (worker.Faults.Any)
        {
            MergeFaults(worker);
        }

        _rowCount += worker.Rows;
    }

    /// <summary>The report, once every block is in.</summary>
    public DatasetReport Build(IReadOnlyList<BlockWorker> workers, long textBytes, string? streamFault, double seconds)
    {
        var tally = new RowTally();
        foreach (var worker in workers)
        {
            tally.Add(worker.Tally);
        }

        AddFileFaults(streamFault);
        return new DatasetReport
        {
            File = Path.GetFileName(file.Path),
            FileBytes = file.Bytes,
            TextBytes = textBytes,
            Compressed = file.Compressed,
            Container = file.Container,
            Format = file.Format,
            FormatText = file.HasRows ? file.Describe() : "no rows",
            Method = options.Method,
            Rows = _rowCount,
            GoodRows = _good,
            BadRows = _bad,
            Faults = [.. _faults.OrderBy(fault => fault.Line).ThenBy(fault => fault.ByteOffset)],
            FaultCounts = CountFaults(),
            Columns = file.Columns,
            OtherFields = MergeFields(workers),
            Messages = new MessageStatistics
            {
                System = tally.System,
                Developer = tally.Developer,
                User = tally.User,
                Assistant = tally.Assistant,
                Tool = tally.Tool,
                Learnt = tally.Learnt,
                ToolCalls = tally.ToolCalls,
            },
            RowsWithSystem = tally.RowsWithSystem,
            RowsWithTools = tally.RowsWithTools,
            PromptOnlyRows = tally.PromptOnlyRows,
            DistinctPrompts = _prompts.Distinct,
            DuplicateRows = _rows.Repeated,
            Turns = tally.Turns.ToDistribution(),
            RowCharacters = tally.RowCharacters.ToDistribution(),
            PromptCharacters = tally.PromptCharacters.ToDistribution(),
            AnswerCharacters = tally.AnswerCharacters.ToDistribution(),
            Answers = DescribeAnswers(tally),
            Seconds = seconds,
        };
    }

    private void Merge(BlockWorker worker, in RowFacts facts, long row)
    {
        var record = worker.Block.Records[facts.Record];
        if (facts.State == RowState.Blank)
        {
            _blankCount++;
            if (_blankLines.Count < options.FaultsPerKind)
            {
                _blankLines.Add((record.Line, record.Offset));
            }

            return;
        }

        if (facts.State == RowState.None)
        {
            if (badRows is not null && record.Length > 0)
            {
                WriteRow(badRows, worker, facts);
            }

            return;
        }

        ReportBlankLines();
        if (facts.State == RowState.Bad)
        {
            _bad++;
            positions?.Bad.Add(new BadRows.BadRow(record.Offset, record.Line, record.FullLength, record.Length, checked((int)row), (long)record.Mark));
            if (badRows is not null)
            {
                WriteRow(badRows, worker, facts);
            }
        }
        else if (facts.State == RowState.Good)
        {
            var traits = facts.Traits | (MergeGood(worker, facts, record.Line, row) ? RowTraits.Repeated : RowTraits.None);
            positions?.Add(new RowPositions.Position(record.Offset, record.Length, record.Line, facts.RowHash, traits));
        }
    }

    /// <returns>Whether the row occurred before.</returns>
    private bool MergeGood(BlockWorker worker, in RowFacts facts, long line, long row)
    {
        _good++;
        var first = _rows.Add(facts.RowHash, line);
        if (first > 0 && Count(DatasetFaultKind.DuplicateRow))
        {
            Add(new DatasetFault(
                DatasetFaultKind.DuplicateRow, FaultSeverity.Warning, line, row, worker.Block.Records[facts.Record].Offset, "",
                $"the row of line {first} again", "each row once", "It is learnt twice as much, and may be held out and learnt at once: remove it unless you mean it."));
        }

        if (facts.HasPrompt)
        {
            _prompts.Add(facts.PromptHash, line);
        }

        if (facts.HasAnswer)
        {
            _answers.Add(facts.AnswerHash, line);
            if (facts.AnswerLength >= 0)
            {
                _answerTexts.Add(facts.AnswerHash, worker.ShortAnswer(facts));
            }
        }

        return first > 0;
    }

    private static void WriteRow(Stream stream, BlockWorker worker, in RowFacts facts)
    {
        stream.Write(worker.Block[worker.Block.Records[facts.Record]]);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Empty lines count as faults only where a row follows them.</summary>
    private void ReportBlankLines()
    {
        if (_blankCount == 0)
        {
            return;
        }

        _counts[(int)DatasetFaultKind.BlankLine] += _blankCount;
        foreach (var (line, offset) in _blankLines)
        {
            if (!Full[(int)DatasetFaultKind.BlankLine])
            {
                Add(new DatasetFault(DatasetFaultKind.BlankLine, FaultSeverity.Warning, line, null, offset, "", "an empty line", "a row", "It is skipped; remove it."));
            }
        }

        _blankCount = 0;
        _blankLines.Clear();
    }

    private void MergeFaults(BlockWorker worker)
    {
        for (var kind = 0; kind < _counts.Length; kind++)
        {
            _counts[kind] += worker.Faults.Counts[kind];
        }

        foreach (var fault in worker.Faults.Listed)
        {
            if (!Full[(int)fault.Kind])
            {
                Add(fault with { Row = fault.Row + _rowCount });
            }
        }

        // A kind whose list is as long as allowed is only counted from here on.
        for (var kind = 0; kind < _counts.Length; kind++)
        {
            Volatile.Write(ref Full[kind], _listed[kind] >= options.FaultsPerKind);
        }
    }

    private bool Count(DatasetFaultKind kind)
    {
        _counts[(int)kind]++;
        return !Full[(int)kind] && _listed[(int)kind] < options.FaultsPerKind;
    }

    private void Add(DatasetFault fault)
    {
        _faults.Add(fault);
        if (++_listed[(int)fault.Kind] >= options.FaultsPerKind)
        {
            Volatile.Write(ref Full[(int)fault.Kind], true);
        }
    }

    private void AddFileFaults(string? streamFault)
    {
        foreach (var fault in file.Faults)
        {
            AddFileFault(fault);
        }

        if (streamFault is not null)
        {
            AddFileFault(new DatasetFault(DatasetFaultKind.DamagedArchive, FaultSeverity.Error, 0, null, 0, "", $"a gzip file that breaks off ({streamFault})", "a whole gzip file", "Copy or compress the file again; the rows before the break were checked."));
        }

        if (_rowCount == 0 && file.HasRows && file.Faults.TrueForAll(fault => fault.Severity == FaultSeverity.Warning))
        {
            AddFileFault(new DatasetFault(DatasetFaultKind.EmptyFile, FaultSeverity.Error, 0, null, 0, "", file.Columns is null ? "a file without rows" : "a header without rows", "rows", "Is it the right file? Was the export finished?"));
        }
        else if (_good is > 0 and < FewRows)
        {
            AddFileFault(new DatasetFault(DatasetFaultKind.FewRows, FaultSeverity.Warning, 0, null, 0, "", Counted.Text(_good, "good row"), $"at least {FewRows}", "A run needs some rows to learn from and some to hold out; hundreds make a difference."));
        }
    }

    private void AddFileFault(DatasetFault fault)
    {
        _counts[(int)fault.Kind]++;
        _listed[(int)fault.Kind]++;
        _faults.Add(fault);
    }

    private List<DatasetFaultCount> CountFaults()
        => [.. Enumerable.Range(0, _counts.Length)
            .Where(kind => _counts[kind] > 0)
            .Select(kind => new DatasetFaultCount((DatasetFaultKind)kind, FaultKinds.SeverityOf((DatasetFaultKind)kind), _counts[kind], _listed[kind]))
            .OrderByDescending(count => count.Severity)
            .ThenByDescending(count => count.Count)];

    private List<FieldCount> MergeFields(IReadOnlyList<BlockWorker> workers)
    {
        if (file.Columns is { Mapping: { } mapping } columns)
        {
            string?[] used = [mapping.System, mapping.User, mapping.Assistant];
            return [.. columns.Names.Where(name => !used.Contains(name, StringComparer.OrdinalIgnoreCase)).Select(name => new FieldCount(name, _good))];
        }

        return [.. workers.SelectMany(worker => worker.OtherFields.Counts)
            .GroupBy(field => field.Name)
            .Select(group => new FieldCount(group.Key, group.Sum(field => field.Rows)))
            .OrderByDescending(field => field.Rows)
            .ThenBy(field => field.Name, StringComparer.Ordinal)];
    }

    private AnswerStatistics DescribeAnswers(RowTally tally)
    {
        var rows = Math.Max(1.0, tally.Answers);
        var statistics = new AnswerStatistics
        {
            Rows = tally.Answers,
            Distinct = _answers.Distinct,
            DistinctIsEstimate = _answers.IsEstimate,
            MostFrequent = _answerTexts.MostFrequent(ShownAnswers),
            ShortShare = tally.ShortAnswers / rows,
            NumberShare = tally.NumberAnswers / rows,
            MarkedResultShare = tally.MarkedAnswers / rows,
            JsonShare = tally.JsonAnswers / rows,
            CodeShare = tally.CodeAnswers / rows,
            ToolCallShare = tally.ToolCallAnswers / rows,
            ReasoningShare = tally.ReasoningAnswers / rows,
        };
        return statistics with { Kind = Classify(statistics) };
    }

    private static AnswerKind Classify(AnswerStatistics answers)
    {
        const double most = 0.8;
        if (answers.Rows == 0)
        {
            return AnswerKind.None;
        }

        // Labels repeat: on average each is seen five times or more.
        if (answers.ShortShare >= most && answers.Distinct * 5 <= answers.Rows)
        {
            return AnswerKind.Label;
        }

        return answers switch
        {
            { NumberShare: >= most } => AnswerKind.Number,
            { MarkedResultShare: >= most } => AnswerKind.MarkedResult,
            { JsonShare: >= most } => AnswerKind.Json,
            { ToolCallShare: >= 0.5 } => AnswerKind.ToolCall,
            { CodeShare: >= 0.5 } => AnswerKind.Code,
            { ShortShare: >= most } => AnswerKind.ShortText,
            _ => AnswerKind.LongText,
        };
    }
}
