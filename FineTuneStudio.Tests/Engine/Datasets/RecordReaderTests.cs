using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Datasets.Records;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>Records come out the same however the stream is cut into blocks.</summary>
public sealed class RecordReaderTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Lines_AnyTextInAnyBlockSize_AreTheTextsLines()
        => Prop.ForAll(Texts("ab\r\n\n\"é").ToArbitrary(), BlockSizes().ToArbitrary(), (text, blockBytes) =>
        {
            var lines = text.Split('\n');
            var expected = (lines[^1].Length == 0 ? lines[..^1] : lines).Select((line, index) => (line.EndsWith('\r') ? line[..^1] : line, index + 1L));

            return Read(text, new LineScanner(), blockBytes).Select(record => (record.Text, record.Line)).SequenceEqual(expected);
        }).Check(Quick);

    [Fact]
    public void Lines_Offsets_PointAtTheirBytes()
        => Prop.ForAll(Texts("ab\n\né").ToArbitrary(), BlockSizes().ToArbitrary(), (text, blockBytes) =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            return Read(text, new LineScanner(), blockBytes).All(record => Encoding.UTF8.GetString(bytes, (int)record.Offset, Encoding.UTF8.GetByteCount(record.Text)) == record.Text);
        }).Check(Quick);

    [Fact]
    public void Array_AnyValuesInAnyBlockSize_AreItsElements()
        => Prop.ForAll(Gen.ListOf(Texts("a\"\\[]{},: \n")).ToArbitrary(), BlockSizes().ToArbitrary(), (texts, blockBytes) =>
        {
            var rows = texts.Select(text => new Dictionary<string, object> { [text] = new object[] { text, 1, new { text } } }).ToList();
            var json = JsonSerializer.Serialize(rows, Indented);
            var expected = JsonDocument.Parse(json).RootElement.EnumerateArray().Select(row => row.GetRawText());

            return Read(json, new ArrayScanner(), blockBytes).Select(record => record.Text).SequenceEqual(expected);
        }).Check(Quick);

    [Fact]
    public void Array_Lines_AreThoseOfTheElements()
    {
        var records = Read("[\n\n  {\"a\":\n 1},\n  {\"b\": 2}]\n", new ArrayScanner(), 4);

        Assert.Equal([("{\"a\":\n 1}", 3L), ("{\"b\": 2}", 5L)], records.Select(record => (record.Text, record.Line)));
    }

    [Theory]
    [InlineData("[{\"a\": 1} {\"b\": 2}]", "MissingComma")]
    [InlineData("[{\"a\": 1}] more", "AfterEnd")]
    [InlineData("[{\"a\": 1}, ", "UnclosedArray")]
    [InlineData("[{\"a\": 1}, {\"b\": ", "EndOfFile")]
    [InlineData("[{\"a\": \"x", "EndOfFile")]
    public void Array_BrokenLayout_MarksTheLastRecord(string text, string mark) => Assert.Equal(mark, Read(text, new ArrayScanner(), 3)[^1].Mark.ToString());

    [Fact]
    public void Array_OfScalars_IsSplitToo() => Assert.Equal(["1", "\"a,]\"", "null", "[2, 3]"], Read("[1, \"a,]\",null ,[2, 3]]", new ArrayScanner(), 2).Select(record => record.Text));

    [Fact]
    public void Delimited_AnyFieldsInAnyBlockSize_AreTheirRecords()
        => Prop.ForAll(Gen.NonEmptyListOf(Gen.NonEmptyListOf(Texts("a\",;\n\r é"))).ToArbitrary(), BlockSizes().ToArbitrary(), (rows, blockBytes) =>
        {
            var records = rows.Select(fields => string.Join(',', fields.Select(field => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""))).ToList();

            return Read(string.Join("\r\n", records) + "\n", new DelimitedScanner((byte)','), blockBytes).Select(record => record.Text).SequenceEqual(records);
        }).Check(Quick);

    [Fact]
    public void Delimited_LinesOfQuotedNewlines_AreCounted()
        => Assert.Equal([1L, 2, 5], Read("a,b\n\"x\n\ny\",1\nz,2\n", new DelimitedScanner((byte)','), 2).Select(record => record.Line));

    [Fact]
    public void Delimited_UnclosedQuote_CostsItsOwnLineOnly()
    {
        var records = Read("a,b\n\"open,1\nc,2\nd,3\n", new DelimitedScanner((byte)','), 4);

        Assert.Equal([("a,b", RecordMark.None), ("\"open,1", RecordMark.UnclosedQuote), ("c,2", RecordMark.None), ("d,3", RecordMark.None)], records.Select(record => (record.Text, record.Mark)));
        Assert.Equal([1L, 2, 3, 4], records.Select(record => record.Line));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(700)]
    public void Lines_LongerThanTheLimit_AreMarkedWithTheirFullLength(int blockBytes)
    {
        var text = "first\n" + new string('x', 100_000) + "\nlast\n";

        var records = Read(text, new LineScanner(), blockBytes, maxRecordBytes: 1000);

        Assert.Equal([("first", 5L, 1L, 0L), (new string('x', 256), 100_000L, 2L, 6L), ("last", 4L, 3L, 100_007L)], records.Select(record => (record.Text, record.FullLength, record.Line, record.Offset)));
        Assert.Equal([RecordMark.None, RecordMark.TooLong, RecordMark.None], records.Select(record => record.Mark));
    }

    [Fact]
    public void Array_MegabytesOfBlanks_NeedNoMemoryAndKeepTheLine()
    {
        var records = Read("[" + string.Concat(Enumerable.Repeat("      \n", 100_000)) + "{\"a\": 1}]", new ArrayScanner(), 64);

        Assert.Equal(("{\"a\": 1}", 100_001L), (Assert.Single(records).Text, records[0].Line));
    }

    private static Gen<string> Texts(string alphabet) => Gen.ArrayOf(Gen.Elements(alphabet.ToCharArray())).Select(letters => new string(letters));

    private static Gen<int> BlockSizes() => Gen.Choose(1, 40);

    private static List<Found> Read(string text, RecordScanner scanner, int blockBytes, int maxRecordBytes = 1 << 20)
    {
        var reader = new RecordReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), scanner, 0, maxRecordBytes, blockBytes);
        var block = new RecordBlock();
        var found = new List<Found>();
        while (reader.Read(block))
        {
            found.AddRange(block.Records.Select(record => new Found(Encoding.UTF8.GetString(block[record]), record.Line, record.Offset, record.FullLength, record.Mark)));
        }

        return found;
    }

    private sealed record Found(string Text, long Line, long Offset, long FullLength, RecordMark Mark);
}
