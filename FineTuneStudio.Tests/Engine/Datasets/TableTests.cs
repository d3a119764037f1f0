using System.Text;
using CsvHelper;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Datasets.Records;
using FineTuneStudio.Engine.Datasets.Rows;
using FineTuneStudio.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

public sealed class TableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parse_WhatCsvHelperWrites_GivesItsFieldsBack()
        => Prop.ForAll(Gen.NonEmptyListOf(Gen.ArrayOf(Gen.Elements("a \",;\t\n\ré'".ToCharArray())).Select(letters => new string(letters))).ToArbitrary(), fields =>
        {
            using var text = new StringWriter();
            using (var writer = CsvWriter.Create(text, new CsvWriterOptions { Separator = ';' }, leaveOpen: true))
            {
                fields.ToList().ForEach(field => writer.WriteField(field));
                writer.EndRecord();
            }

            var parser = new DelimitedFields((byte)';');
            var record = Encoding.UTF8.GetBytes(text.ToString());
            parser.Parse(record.AsSpan(0, LineScanner.Trim(record)));
            return Enumerable.Range(0, parser.Count).Select(index => Encoding.UTF8.GetString(parser[index])).SequenceEqual(fields);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    public void Open_AnyDelimiter_IsFoundAndRowsBecomeConversations(char delimiter)
    {
        var text = "text,label\n\"Where, is; it?\",late\n\"She said \"\"hi\"\"\nand left\",greeting\nplain,\n".Replace(',', delimiter);
        using var index = Open(text);

        Assert.Equal(delimiter, index.Report.Columns!.Delimiter);
        Assert.Equal(3, index.Count);
        Assert.Equal("She said \"hi\"\nand left", index.Read(1).Conversation.Messages[0].GetProperty("content").GetString());
        Assert.Equal("greeting", index.Read(1).Conversation.Messages[1].GetProperty("content").GetString());
        Assert.Equal([2L, 3, 5], index.ReadAll().Select(row => row.Line));
    }

    [Fact]
    public void Check_FirstRows_AreShownForPointing()
    {
        var columns = Check($"text,label\n\"a\nb\",x\n{new string('z', 100)},y\n" + Table("q,l")["text,label\n".Length..]).Columns!;

        Assert.Equal([["a\nb", "x"], [new string('z', 80) + "…", "y"], ["question 0", "label0"]], columns.FirstRows);
    }

    [Fact]
    public void Check_RaggedRow_IsNamedWithBothCounts()
    {
        var fault = Assert.Single(Check(Table("one,two,three")).Faults);

        Assert.Equal((DatasetFaultKind.RaggedRow, 12L), (fault.Kind, fault.Line));
        Assert.Equal(("3 fields", "2 fields, as the header has"), (fault.Found, fault.Expected));
    }

    [Fact]
    public void Check_UnclosedQuote_IsNamedAndTheRestIsRead()
    {
        var report = Check(Table("\"open,label\nmore,label"));

        Assert.Equal((DatasetFaultKind.UnclosedQuote, 12L), (Assert.Single(report.Faults).Kind, report.Faults[0].Line));
        Assert.Equal((11, 1), (report.GoodRows, report.BadRows));
    }

    [Fact]
    public void Check_ZeroByteInAField_IsNamed() => Assert.Equal(DatasetFaultKind.NulByte, Assert.Single(Check(Table("a\0b,label")).Faults).Kind);

    [Fact]
    public void Check_EmptyAnswer_NamesTheColumn()
    {
        var fault = Assert.Single(Check(Table("question,")).Faults);

        Assert.Equal((DatasetFaultKind.EmptyContent, "label"), (fault.Kind, fault.Field));
    }

    [Fact]
    public void Check_HeaderAlone_IsEmpty() => Assert.Equal(DatasetFaultKind.EmptyFile, Assert.Single(Check("text,label\n").Faults).Kind);

    [Fact]
    public void Check_OneColumn_AsksForTwo() => Assert.Contains("one column", Assert.Single(Check("text\na\nb\n").Faults).Fix, StringComparison.Ordinal);

    [Fact]
    public void Check_GivenColumnThatIsMissing_ListsThoseThatExist()
    {
        var fault = Assert.Single(Check(Table(""), new ColumnMapping { User = "question", Assistant = "label" }).Faults, fault => fault.Severity == FaultSeverity.Error);

        Assert.Equal(DatasetFaultKind.MissingColumn, fault.Kind);
        Assert.Contains("text, label", fault.Found, StringComparison.Ordinal);
        Assert.Contains("question", fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TwoColumnsOfOneName_Warns()
        => Assert.Contains(Check("text,label,text\n" + string.Concat(Enumerable.Range(0, 12).Select(row => $"q{row},a{row},x\n"))).Faults, fault => fault.Kind == DatasetFaultKind.DuplicateColumn);

    [Fact]
    public void Read_GivenMapping_JoinsSystemColumnAndText()
    {
        const string text = "persona,q,a\nYou are kind.,Hi,Hello\n,Bye,Farewell\n";
        using var index = Open(text, new ColumnMapping { System = "persona", SystemText = "Default.", User = "q", Assistant = "a" });

        Assert.Equal(["You are kind.", "Default."], index.ReadAll().Select(row => row.Conversation.Messages[0].GetProperty("content").GetString()));
        Assert.Equal([0, 0, 1f], index.Read(1).LearnWeights);
    }

    [Theory]
    [InlineData("text,category", "text", "category")]
    [InlineData("id,Question,Answer", "Question", "Answer")]
    [InlineData("label,text", "text", "label")]
    [InlineData("foo,bar", "foo", "bar")]
    [InlineData("intent,foo", "foo", "intent")]
    public void Suggest_TellingNamesOrTwoColumns_NeedNoRows(string header, string user, string assistant)
    {
        var (mapping, reason) = ColumnGuesser.Suggest(header.Split(','), []);

        Assert.Equal((user, assistant), (mapping!.User, mapping.Assistant));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Suggest_SilentNames_GoesByContent()
    {
        var sample = Enumerable.Range(0, 20).Select(row => new[] { $"{row}", row % 2 == 0 ? "red" : "blue", $"A long sentence about thing number {row}.", $"code-{row}" }).ToList();

        var (mapping, _) = ColumnGuesser.Suggest(["c1", "c2", "c3", "c4"], sample);

        Assert.Equal(("c3", "c2"), (mapping!.User, mapping.Assistant));
    }

    private static string Table(string last) => "text,label\n" + string.Concat(Enumerable.Range(0, 10).Select(row => $"question {row},label{row % 2}\n")) + last + "\n";

    private DatasetReport Check(string text, ColumnMapping? columns = null)
        => DatasetChecker.Check(_folder.Write("rows.csv", text), new DatasetCheckOptions { Columns = columns }, TestContext.Current.CancellationToken);

    private DatasetIndex Open(string text, ColumnMapping? columns = null)
        => DatasetIndex.Open(_folder.Write("rows.csv", text), new DatasetCheckOptions { Columns = columns }, TestContext.Current.CancellationToken);
}
