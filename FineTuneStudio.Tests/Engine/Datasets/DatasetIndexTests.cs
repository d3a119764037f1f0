using System.IO.Compression;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

public sealed class DatasetIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AnyConversation_ComesBackAsItWasWritten()
        => Prop.ForAll(Gen.NonEmptyListOf(Conversations()).ToArbitrary(), conversations =>
        {
            using var folder = new TemporaryFolder();
            using var index = Open(folder.Write("rows.jsonl", string.Concat(conversations.Select(messages => $"{{\"messages\": {messages}}}\n"))));
            return index.Count == conversations.Count
                && index.ReadAll().Select(row => row.Conversation.Messages.GetRawText()).SequenceEqual(conversations);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Read_InAnyOrder_EqualsReadingInOrder()
    {
        // Above one chunk of positions and one block of the reader.
        using var index = Open(_folder.Write("rows.jsonl", DatasetFaultTests.Rows(12_000)));
        var permutation = new RowPermutation(index.Count, seed: 7, epoch: 0);

        for (var position = 0; position < 500; position++)
        {
            var row = index.Read(permutation[position]);
            Assert.Equal((permutation[position], permutation[position] + 1L), (row.Index, row.Line));
            Assert.Equal($"Question {row.Index}", row.Conversation.Messages[0].GetProperty("content").GetString());
        }
    }

    [Fact]
    public void Open_BadRowsAmongGood_IndexesTheGoodOnes()
    {
        using var index = Open(_folder.Write("rows.jsonl", DatasetFaultTests.Rows(20, "no json", at: 5)));

        Assert.Equal((20, 1L), (index.Count, index.Report.BadRows));
        Assert.Equal(["Question 4", "Question 5"], new[] { 4, 5 }.Select(row => index.Read(row).Conversation.Messages[0].GetProperty("content").GetString()));
        Assert.Equal(7, index.Read(5).Line);
    }

    [Fact]
    public void Open_GzipArray_ReadsAsTheSameRows()
    {
        var rows = DatasetFaultTests.Rows(30).TrimEnd('\n').Replace("\n", ",\n", StringComparison.Ordinal);
        var path = _folder.At("rows.json.gz");
        using (var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            stream.Write(Encoding.UTF8.GetBytes($"[\n{rows}\n]\n"));
        }

        using var index = Open(path);

        Assert.Equal(30, index.Count);
        Assert.Equal(("Answer 17", 19L), (index.Read(17).Conversation.Messages[1].GetProperty("content").GetString(), index.Read(17).Line));
        Assert.Equal("rows.json.gz", index.Report.File);
    }

    [Fact]
    public void Read_Weights_AreOfTheAssistantTimesTheRow()
    {
        const string row = """{"weight": 0.5, "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 0}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]}""";
        using var index = Open(_folder.Write("rows.jsonl", row));

        Assert.Equal([0, 0, 0, 0.5f], index.Read(0).LearnWeights);
    }

    [Fact]
    public void Read_TextParts_AreJoined()
    {
        const string row = """{"messages": [{"role": "user", "content": [{"type": "text", "text": "a\n"}, {"type": "text", "text": "b"}], "name": "x"}, {"role": "assistant", "content": "c"}], "tools": []}""";
        using var index = Open(_folder.Write("rows.jsonl", row));

        var conversation = index.Read(0).Conversation;

        Assert.Equal("""[{"role":"user","content":"a\nb","name":"x"},{"role":"assistant","content":"c"}]""", conversation.Messages.GetRawText());
        Assert.Null(conversation.Tools);
    }

    [Fact]
    public void Read_AfterTheFileChanged_IsTheUsersMistake()
    {
        var path = _folder.Write("rows.jsonl", DatasetFaultTests.Rows(20));
        using var index = Open(path);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.Write(new byte[200]);
        }

        Assert.Contains("changed", Assert.Throws<UserErrorException>(() => index.Read(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoGoodRow_NamesTheFirstFault()
    {
        var exception = Assert.Throws<UserErrorException>(() => Open(_folder.Write("rows.jsonl", "{\"messages\": []}\n")));

        Assert.Contains("Line 1, messages", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ContentHash_EqualRows_AreEqual()
    {
        using var index = Open(_folder.Write("rows.jsonl", DatasetFaultTests.Rows(3) + DatasetFaultTests.Rows(3)));

        Assert.Equal(index.ContentHash(1), index.ContentHash(4));
        Assert.NotEqual(index.ContentHash(0), index.ContentHash(1));
    }

    [Fact]
    public void Open_WithCache_ReadsTheSameRowsWithoutReadingTheFileAgain()
    {
        var path = _folder.Write("rows.jsonl", DatasetFaultTests.Rows(9_000, "no json", at: 50));
        var report = DatasetIndex.Check(path, new DatasetCheckOptions(), _folder.At("rows.idx"), TestContext.Current.CancellationToken);
        var blocks = 0;

        using var cached = DatasetIndex.Open(path, new DatasetCheckOptions(), _folder.At("rows.idx"), TestContext.Current.CancellationToken, _ => blocks++);
        using var fresh = Open(path);

        Assert.Equal((0, 9_000, 1L), (blocks, cached.Count, cached.Report.BadRows));
        Assert.Equal(report.Seconds, cached.Report.Seconds);
        Assert.All(new[] { 0, 49, 50, 4095, 4096, 8999 }, row => Assert.Equal(
            (fresh.Read(row).Line, fresh.Read(row).ByteOffset, fresh.ContentHash(row)), (cached.Read(row).Line, cached.Read(row).ByteOffset, cached.ContentHash(row))));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("other file")]
    [InlineData("other options")]
    [InlineData("nonsense")]
    public void Open_CacheThatDoesNotFit_IsBuiltAnew(string damage)
    {
        var path = _folder.Write("rows.jsonl", DatasetFaultTests.Rows(100));
        var cache = _folder.At("rows.idx");
        var options = new DatasetCheckOptions();
        DatasetIndex.Check(path, options, cache, TestContext.Current.CancellationToken);
        switch (damage)
        {
            case "cut":
                File.WriteAllBytes(cache, File.ReadAllBytes(cache)[..^1]);
                break;
            case "other file":
                _folder.Write("rows.jsonl", DatasetFaultTests.Rows(100) + DatasetFaultTests.Rows(1, first: 100));
                break;
            case "other options":
                options = options with { FaultsPerKind = 3 };
                break;
            default:
                File.WriteAllText(cache, "no index at all, but long enough");
                break;
        }

        using var index = DatasetIndex.Open(path, options, cache, TestContext.Current.CancellationToken);

        Assert.Equal(damage == "other file" ? 101 : 100, index.ReadAll().Count());
    }

    private static DatasetIndex Open(string path) => DatasetIndex.Open(path, new DatasetCheckOptions(), TestContext.Current.CancellationToken);

    /// <summary>Messages as JSON: any texts, any number of turns, keys in any order.</summary>
    private static Gen<string> Conversations()
    {
        var text = Gen.OneOf(ArbMap.Default.GeneratorFor<NonEmptyString>().Select(value => value.Get).Where(IsWhole), Gen.Elements("\"", "\\", "\n\t", "日本語 🙂", "</think>", "{{x}}"));
        var message = (string role) => Gen.Zip(text, Gen.Elements(true, false)).Select(pair => pair.Item2
            ? $"{{\"role\": \"{role}\", \"content\": {JsonSerializer.Serialize(pair.Item1)}}}"
            : $"{{\"content\":{JsonSerializer.Serialize(pair.Item1)},\"role\":\"{role}\"}}");
        var turn = Gen.Zip(message("user"), message("assistant")).Select(pair => $"{pair.Item1}, {pair.Item2}");
        return Gen.NonEmptyListOf(turn).Select(turns => $"[{string.Join(',', turns)}]");
    }

    private static bool IsWhole(string text) => text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
