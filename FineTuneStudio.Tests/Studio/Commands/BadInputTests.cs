using System.Net;
using System.Net.Sockets;
using System.Text;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

/// <summary>What people get wrong, given to the program that it is: exit code 2, one clear line for each fault, nothing left behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Row = """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "found an empty file")]
    [InlineData(Row + "\n{\"messages\":[{\"role\":\"user\",\"con", "line 2: found the end of the file inside the row")]
    [InlineData("{\"foo\":1}", "expected messages; or conversations")]
    [InlineData("""{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0}]}""", "expected at least one assistant message with weight 1")]
    public void DatasetCheck_BadFile_NamesThePlaceAndWhatWasExpected(string content, string message)
        => AssertRefused(message, "dataset", "check", _folder.Write("rows.jsonl", content));

    [Fact]
    public void DatasetCheck_BytesThatAreNoText_AreNamed()
        => AssertRefused("line 1: found the byte 0xFF", "dataset", "check", _folder.Write("rows.jsonl", [.. Encoding.UTF8.GetBytes("{\"messages\":[{\"role\":\"user\",\"content\":\"a"), 0xFF, .. "\"}]}"u8]));

    [Fact]
    public void DatasetCheck_DeeplyNested_IsRefused()
        => AssertRefused("line 1", "dataset", "check", _folder.Write("rows.jsonl", "{\"messages\":" + new string('[', 100_000) + new string(']', 100_000) + "}"));

    [Theory]
    [InlineData("config.json", "{\"architectures\":[\"NoSuchForCausalLM\"],\"model_type\":\"nosuch\"}", "The architecture 'nosuch'")]
    [InlineData("config.json", "{", "broken JSON")]
    [InlineData("model.safetensors", "\u0001\u0002\u0003", "model.safetensors: ")]
    [InlineData("tokenizer.json", "{\"version\":\"1.0\",\"model\":{\"type\":\"WordPiece\",\"vocab\":{}}}", "WordPiece")]
    public void ModelImport_BrokenFolder_NamesTheFileAndLeavesTheLibraryAsItWas(string file, string content, string message)
    {
        using var model = new ModelCopy("llama");
        File.WriteAllText(model.At(file), content);

        AssertRefused(message, "model", "import", model.Path, "--data", _folder.At("data"));

        Assert.Empty(Directory.GetFileSystemEntries(_folder.At("data/models")));
    }

    [Fact]
    public void ModelImport_FolderThatIsNoModel_SaysWhatIsMissing()
        => AssertRefused("There is no config.json", "model", "import", _folder.FullName, "--data", _folder.At("data"));

    [Fact]
    public void ModelImport_NoTokenizer_IsRefused()
    {
        using var model = new ModelCopy("llama");
        File.Delete(model.At("tokenizer.json"));

        AssertRefused("tokenizer", "model", "import", model.Path, "--data", _folder.At("data"));
    }

    [Fact]
    public void Train_ImpossibleOptions_AreAllNamedAtOnce()
    {
        var specification = _folder.Write("spec.json", """{ "model": "m", "dataset": { "path": "d", "heldOutFraction": 2 }, "lora": { "rank": 0 }, "batch": { "rows": 0 } }""");

        var result = StudioProgram.Run("train", specification, "--out", _folder.At("run"));

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(["dataset.heldOutFraction", "lora.rank", "batch.rows"], result.Error.TrimEnd().Split('\n').Select(line => line.Split(": ")[1]));
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public void Up_PortInUse_SaysWhatToDo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        AssertRefused("is in use. Stop what uses it", "up", "--port", $"{((IPEndPoint)listener.LocalEndpoint).Port}", "--data", _folder.At("data"));
    }

    private static void AssertRefused(string message, params string[] arguments)
    {
        var result = StudioProgram.Run(arguments);

        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.All(result.Error.TrimEnd().Split('\n'), line => Assert.StartsWith("studio: ", line, StringComparison.Ordinal));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }
}
