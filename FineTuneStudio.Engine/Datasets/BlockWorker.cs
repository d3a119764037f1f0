using System.Buffers;
using System.Text.Unicode;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Records;
using FineTuneStudio.Engine.Datasets.Rows;
using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>Checks the rows of one block after another; one for each thread, nothing in it is shared.</summary>
internal sealed class BlockWorker
{
    // Answers up to this many bytes are kept to be shown as labels.
    private const int ShortAnswerBytes = 80;

    private readonly DatasetFile _file;
    private readonly DatasetCheckOptions _options;
    private readonly RowConverter? _converter;
    private readonly ChatRowValidator _validator;
    private readonly ArrayBufferWriter<byte> _shortAnswers = new(1 << 16);

    public BlockWorker(DatasetFile file, DatasetCheckOptions options, bool[] full)
    {
        _file = file;
        _options = options;
        Faults = new BlockFaults(full);
        _validator = new ChatRowValidator(Faults, options.MaxDepth, options.Method);
        _converter = file.Readable ? file.CreateConverter() : null;
    }

    public RecordBlock Block { get; } = new();

    public BlockFaults Faults { get; }

    /// <summary>What the records of the block are, in order.</summary>
    public List<RowFacts> Facts { get; } = [];

    /// <summary>Rows of the block, good, bad and merely counted.</summary>
    public int Rows { get; private set; }

    /// <summary>Sums over all blocks of this worker.</summary>
    public RowTally Tally { get; } = new();

    public FieldTally OtherFields => _validator.OtherFields;

    public ReadOnlySpan<byte> ShortAnswer(in RowFacts facts) => _shortAnswers.WrittenSpan.Slice(facts.AnswerStart, facts.AnswerLength);

    /// <summary>Checks every record of <see cref="Block"/>.</summary>
    public void Process()
    {
        Faults.Reset();
        Facts.Clear();
        _shortAnswers.ResetWrittenCount();
        Rows = 0;

        // Once for the whole block; only a block with a fault looks at each row.
        var sound = Utf8.IsValid(Block.Buffer.AsSpan(0, Block.Filled));
        var records = Block.Records;
        for (var i = 0; i < records.Count; i++)
        {
            var facts = new RowFacts { Record = i, AnswerLength = -1 };
            Process(records[i], sound, ref facts);
            Rows += facts.State is RowState.Blank or RowState.None ? 0 : 1;
            Facts.Add(facts);
        }
    }

    private void Process(in RecordSpan record, bool sound, ref RowFacts facts)
    {
        if (_file.Container == DatasetContainer.DelimitedText && record.Offset == (_file.HasByteOrderMark ? 3 : 0))
        {
            facts.State = RowState.None;
            return;
        }

        var row = Block[record];
        Faults.BeginRow(record.Line, Rows, record.Offset);
        if (ReportMark(record))
        {
            facts.State = record.Mark == RecordMark.UnclosedArray ? RowState.None : RowState.Bad;
            return;
        }

        if (row.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            facts.State = RowState.Blank;
            return;
        }

        if (!sound && !Utf8.IsValid(row))
        {
            JsonFaults.ReportUtf8(Faults, row);
            facts.State = RowState.Bad;
            return;
        }

        facts.RowHash = Hash64.Append(0, row);
        _validator.AtEndOfFile = record.Mark == RecordMark.EndOfFile;
        if (!_file.Readable)
        {
            var counted = _file.Container == DatasetContainer.DelimitedText || _validator.IsSoundJson(row);
            facts.State = counted ? RowState.Counted : RowState.Bad;
            return;
        }

        Check(record, row, ref facts);
        facts.State = Faults.RowHasError ? RowState.Bad : RowState.Good;
    }

    private void Check(in RecordSpan record, ReadOnlySpan<byte> row, ref RowFacts facts)
    {
        RowMeasure measure;
        var text = row;
        if (_converter is null)
        {
            _validator.Validate(row, out measure);
        }
        else
        {
            if (!IsSound(row) || !_converter.Convert(Block.Buffer.AsMemory(record.Start, record.Length), Faults))
            {
                return;
            }

            text = _converter.Output.Span;
            Faults.Converted = true;
            _validator.Validate(text, out measure, _converter.MapPath);
            Faults.Converted = false;
        }

        if (measure.Assistant == 0 && measure.User > 0)
        {
            Tally.PromptOnlyRows++;
        }

        if (Faults.RowHasError)
        {
            return;
        }

        Tally.Add(measure, text);
        facts.Traits = TraitsOf(measure);
        facts.PromptHash = measure.PromptHash;
        facts.AnswerHash = measure.AnswerHash;
        facts.HasAnswer = measure.HasAnswer && !measure.AnswerHasToolCalls;
        facts.HasPrompt = measure.HasPrompt && (facts.HasAnswer || _options.Method == TrainingMethod.Rft);
        if (measure.AnswerLength is >= 0 and <= ShortAnswerBytes)
        {
            facts.AnswerStart = _shortAnswers.WrittenCount;
            facts.AnswerLength = measure.AnswerLength;
            _shortAnswers.Write(text.Slice(measure.AnswerStart, measure.AnswerLength));
        }
    }

    private RowTraits TraitsOf(in RowMeasure measure)
        => (Faults.RowHasWarning ? RowTraits.Warned : RowTraits.None)
            | (measure.HasTools ? RowTraits.Tools : RowTraits.None)
            | (measure.System + measure.Developer > 0 ? RowTraits.System : RowTraits.None)
            | (measure.User > 1 ? RowTraits.Turns : RowTraits.None);

    private bool IsSound(ReadOnlySpan<byte> row)
    {
        if (_converter!.ReadsJson)
        {
            return _validator.IsSoundJson(row);
        }

        var nul = row.IndexOf((byte)0);
        if (nul >= 0)
        {
            JsonFaults.ReportNul(Faults, row, nul);
        }

        return nul < 0;
    }

    /// <summary>Faults that the splitter found; true where the record is not worth a look inside.</summary>
    private bool ReportMark(in RecordSpan record)
    {
        switch (record.Mark)
        {
            case RecordMark.TooLong:
                if (Faults.Count(DatasetFaultKind.RowTooLong))
                {
                    Faults.Add(DatasetFaultKind.RowTooLong, 0, "", $"a row of {record.FullLength:N0} bytes, beginning {JsonText.Quote(Block[record])}", $"at most {_options.MaxRowBytes:N0} bytes", "Split the conversation or remove the row; a missing newline also joins rows.");
                }

                return true;
            case RecordMark.UnclosedQuote:
                if (Faults.Count(DatasetFaultKind.UnclosedQuote))
                {
                    Faults.Add(DatasetFaultKind.UnclosedQuote, 0, "", $"a quoted field that never ends, in {JsonText.Quote(Block[record])}", "a closing double quote", "Close the quote; write a quote inside a quoted field twice (\"\").");
                }

                return true;
            case RecordMark.AfterEnd:
                Structural("text behind the array's closing bracket", "nothing", "Move it into the array, or remove it.");
                return true;
            case RecordMark.MissingComma:
                Structural("no comma before this element", "a comma between elements", "Add the comma.");
                return true;
            case RecordMark.UnclosedArray:
                if (Faults.Count(DatasetFaultKind.TruncatedRow))
                {
                    Faults.Add(DatasetFaultKind.TruncatedRow, 0, "", "the end of the file", "the array's closing bracket ]", "The file was cut off: copy or export it again.");
                }

                return true;
            default:
                return false;
        }
    }

    private void Structural(string found, string expected, string fix)
    {
        if (Faults.Count(DatasetFaultKind.InvalidJson))
        {
            Faults.Add(DatasetFaultKind.InvalidJson, 0, "", found, expected, fix);
        }
    }
}
