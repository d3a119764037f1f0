using System.Text.Json;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Datasets.Search;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets.Search;

public sealed class RowSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("straße", "Die STRASSE heißt straße", true)]
    [InlineData("CAFÉ", "caf\\u00e9 au lait", true)]
    [InlineData("a\nb", "x a\\nb", true)]
    [InlineData("say \"no\"", "never say \\\"no\\\"", true)]
    [InlineData("C:\\temp", "in C:\\\\temp", true)]
    [InlineData("🦙", "\\ud83e\\udd99!", true)]
    [InlineData("role", "nothing of the kind", false)]
    [InlineData("content", "nothing of the kind", false)]
    [InlineData("nothere", "not here", false)]
    public void Run_TextHoweverWritten_IsFoundInWhatMessagesSay(string text, string content, bool found)
    {
        using var index = Open("rows.jsonl", $$"""{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"{{content}}"}]}""");

        Assert.Equal(found ? [0] : [], Find(index, text));
    }

    [Fact]
    public void Run_ToolCallsAndReasoning_AreSearchedToo()
    {
        using var index = Open("rows.jsonl", """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"reasoning_content":"Oslo is cold","tool_calls":[{"id":"1","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"Oslo\"}"}}]}]}""");

        Assert.Equal([0], Find(index, "get_weather"));
        Assert.Equal([0], Find(index, "\"city\": \"oslo\""));
        Assert.Equal([0], Find(index, "is cold"));
    }

    [Fact]
    public void Run_Table_UndoublesQuotes()
    {
        using var index = Open("rows.csv", "question,answer\n\"He said \"\"hello\"\" to me\",greeting\nWhat?,unknown\nAnd \"x\",other");

        Assert.Equal([0], Find(index, "\"HELLO\""));
        Assert.Equal([1], Find(index, "unknown"));
    }

    [Fact]
    public void Run_BadRows_AreSearchedAsWritten()
    {
        using var index = Open("rows.jsonl", "needle, but no json", """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"needle"}]}""");

        Assert.Equal([0, 1], Find(index, "needle"));
    }

    [Fact]
    public void Run_ManyBlocks_FindsTheSameRowsInOrderWithAnyNumberOfWorkers()
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 6000).Select(row => JsonSerializer.Serialize(new
        {
            messages = new[] { new { role = "user", content = new string('x', random.Next(900)) }, new { role = "assistant", content = row % 97 == 5 ? $"it is Here {row}" : "no" } },
        }));
        using var index = Open("rows.jsonl", [.. rows]);

        var expected = Enumerable.Range(0, 6000).Where(row => row % 97 == 5);
        Assert.Equal(expected, Find(index, "is here"));
        Assert.Equal(expected, Find(index, "is here", workers: 3));
        Assert.Equal(expected.Where(row => row % 2 == 0), Find(index, "is here", among: row => row % 2 == 0));
    }

    [Fact]
    public void Run_Cancelled_StopsBetweenBlocks()
    {
        using var index = Open("rows.jsonl", [.. Enumerable.Range(0, 40).Select(row => $$"""{"messages":[{"role":"user","content":"{{new string('x', 200_000)}}"},{"role":"assistant","content":"a"}]}""")]);
        using var stop = new CancellationTokenSource();
        var told = 0;

        Assert.Throws<OperationCanceledException>(() => RowSearch.Run(new DatasetRows(index), "absent", null, 1, _ =>
        {
            told++;
            stop.Cancel();
        }, stop.Token));

        Assert.Equal(1, told);
    }

    private static List<int> Find(DatasetIndex index, string text, Predicate<int>? among = null, int workers = 1)
    {
        var found = new List<int>();
        var last = 0;
        RowSearch.Run(new DatasetRows(index), text, among, workers, progress =>
        {
            Assert.True(progress.Searched >= last);
            last = progress.Searched;
            found.AddRange(progress.Found);
        }, Token);
        Assert.Equal(new DatasetRows(index).Count, last);
        return found;
    }

    private DatasetIndex Open(string name, params string[] lines)
        => DatasetIndex.Open(_folder.Write(name, string.Join('\n', lines)), new DatasetCheckOptions(), Token);
}
