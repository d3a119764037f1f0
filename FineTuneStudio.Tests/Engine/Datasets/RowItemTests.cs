using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>A row as graders see it.</summary>
public sealed class RowItemTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"2 + 2"}],"answer":4.50,"level":{"a":[1]}}""")]
    [InlineData("""{"messages":[{"role":"user","content":"2 + 2"},{"role":"assistant","content":"5"}],"answer":null}""")]
    [InlineData("""{"messages":[{"role":"user","content":"2 + 2"}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"2 + 2"},{"role":"assistant","content":""}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"Go."},{"role":"assistant","content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}]}""")]
    [InlineData("""{"question":"2 + 2","answer":"4"}""")]
    public void ReadItem_RowWithItsAnswerOrNone_IsTheObjectOfTheFile(string row)
    {
        using var index = Open("rows.jsonl", row);

        Assert.Equal(row, index.ReadItem(0).GetRawText());
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"2 + 2"},{"role":"assistant","content":"4"}],"level":1}""")]
    [InlineData("""{"messages":[{"role":"user","content":"2 + 2"},{"role":"assistant","content":[{"type":"text","text":"4"}]}]}""")]
    [InlineData("""{"prompt":"2 + 2","completion":"4"}""")]
    [InlineData("""{"instruction":"Add.","input":"2 + 2","output":"4"}""")]
    [InlineData("""{"conversations":[{"from":"human","value":"2 + 2"},{"from":"gpt","value":"4"}]}""")]
    public void ReadItem_AnswerInTheConversation_IsAdded(string row)
    {
        using var index = Open("rows.jsonl", row);

        Assert.Equal(row[..^1] + ",\"answer\":\"4\"}", index.ReadItem(0).GetRawText());
    }

    [Theory]
    [InlineData("question,label,level\n\"2, \"\"and\"\" 2\",4,é\n", """{"question":"2, \"and\" 2","label":"4","level":"é","answer":"4"}""")]
    [InlineData("question,answer\n2,4\n", """{"question":"2","answer":"4"}""")]
    [InlineData("question,level,level\n2,a,b\n", """{"question":"2","level":"a"}""")]
    public void ReadItem_Table_IsItsColumnsByName(string text, string item)
    {
        using var index = Open("rows.csv", text);

        Assert.Equal(item, index.ReadItem(0).GetRawText());
    }

    [Fact]
    public void ReadItem_ForSft_HasTheAnswerToo()
    {
        using var index = Open("rows.jsonl", DatasetFaultTests.Rows(3), TrainingMethod.Sft);

        Assert.Equal("Answer 1", index.ReadItem(1).GetProperty("answer").GetString());
    }

    [Fact]
    public void ReadItem_FileThatChanged_IsTheUsersMistake()
    {
        using var index = Open("rows.jsonl", DatasetFaultTests.Rows(20));
        using (var stream = new FileStream(_folder.At("rows.jsonl"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.Write(Encoding.UTF8.GetBytes(new string('x', 100)));
        }

        Assert.Contains("changed", Assert.Throws<UserErrorException>(() => index.ReadItem(0)).Message, StringComparison.Ordinal);
    }

    private DatasetIndex Open(string name, string text, TrainingMethod method = TrainingMethod.Rft)
        => DatasetIndex.Open(_folder.Write(name, text), new DatasetCheckOptions { Method = method }, TestContext.Current.CancellationToken);
}
