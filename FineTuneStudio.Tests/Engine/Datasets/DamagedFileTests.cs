using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Datasets;

/// <summary>Files damaged at random: the check never fails itself, and every row that it calls good can be read.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int Rounds = 150;

    private static readonly byte[][] Shards = [.. new[]
    {
        "\"", "\\", "{", "}", "[", "]", ",", ":", "\n", "\r\n", "\0", "null", "true", "1e999", "-", "\\ud800", "\\udc00", "\\u0000", "\uFEFF", "\"role\"",
        "\"messages\":", "\"content\": null", "\"weight\": 1", "\"tool_calls\": [{}]", "\"text\"", "\"from\"", "\"\"", ";", "\t", "é", "🙂", "[[[[[[[[", "{\"a\":",
    }.Select(Encoding.UTF8.GetBytes), [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF0, 0x9F]];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Files => new()
    {
        { "chat.jsonl", Repeat("""{"messages": [{"role": "system", "content": "s\n"}, {"role": "user", "content": [{"type": "text", "text": "caf\u00e9 \ud83d\ude42"}]}, {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}}]}, {"role": "tool", "tool_call_id": "a", "content": "1"}, {"role": "assistant", "content": "Ok", "weight": 1}], "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}], "weight": 0.5, "label": true}""") },
        { "array.json", "[" + Repeat("""{"instruction": "Say {{x}} \"hi\"", "input": "", "output": "hi", "history": [["a", "b"]]}""").TrimEnd('\n').Replace("\n", ",\n", StringComparison.Ordinal) + "]" },
        { "sharegpt.jsonl", Repeat("""{"conversations": [{"from": "human", "value": "Hi"}, {"from": "function_call", "value": "{\"name\": \"f\", \"arguments\": {\"x\": \"\\u00e9\"}}"}, {"from": "observation", "value": "1"}, {"from": "gpt", "value": "Ok"}], "tools": "[{\"name\": \"f\"}]"}""") },
        { "parts.jsonl", Repeat("""{"messages": [{"role": "user", "content": [{"type": "text", "value": "Hi"}]}, {"role": "assistant", "content": [{"type": "reasoning", "value": "r"}, {"type": "tool_call", "value": "{\"name\": \"f\", \"arguments\": {}}"}]}], "tools": "[]"}""") },
        { "prompts.jsonl", Repeat("""{"prompt": [{"role": "user", "content": "Hi"}], "completion": [{"role": "assistant", "content": "Hello"}]}""") },
        { "table.csv", "text,label,note\n" + Repeat("\"a, \"\"b\"\"\nc\",label,x") },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Check_DamagedAtRandom_NeverFailsAndGoodRowsAreReadable(string name, string text)
    {
        var whole = Encoding.UTF8.GetBytes(text);
        var random = new Random(name.Length + 1000);
        for (var round = 0; round < Rounds; round++)
        {
            var path = _folder.Write(name, Damage(whole, random));
            var options = new DatasetCheckOptions { Workers = 1 + (round % 2), MaxDepth = round % 3 == 0 ? 8 : 64 };

            var report = DatasetChecker.Check(path, options, TestContext.Current.CancellationToken);

            Assert.True(report.Rows >= report.GoodRows + report.BadRows);
            Assert.True(report.BadRows == 0 || report.ErrorCount > 0);
            if (report.GoodRows > 0)
            {
                using var index = DatasetIndex.Open(path, options, TestContext.Current.CancellationToken);
                Assert.All(index.ReadAll(), row => Assert.Equal(row.Conversation.Messages.GetArrayLength(), row.LearnWeights.Count));
                Assert.Equal(report.GoodRows, index.Count);
                Assert.All(index.ReadAll(), row => ReadEveryText(row.Conversation));
            }
        }
    }

    private static void ReadEveryText(Conversation conversation)
    {
        foreach (var message in conversation.Messages.EnumerateArray())
        {
            Assert.NotNull(message.GetProperty("role").GetString());
            _ = message.TryGetProperty("content", out var content) ? content.GetString() : null;
        }
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        for (var wounds = random.Next(1, 4); wounds > 0; wounds--)
        {
            var place = random.Next(bytes.Count + 1);
            switch (random.Next(4))
            {
                case 0 when place < bytes.Count:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(place, random.Next(Math.Min(60, bytes.Count - place + 1)));
                    break;
                case 2 when random.Next(4) == 0:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
                default:
                    bytes.InsertRange(place, Shards[random.Next(Shards.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static string Repeat(string row) => string.Concat(Enumerable.Repeat(row + "\n", 4));
}
