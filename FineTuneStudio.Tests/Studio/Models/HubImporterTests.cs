using FineTuneStudio.Application;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Models.Hub;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Models;

/// <summary>Imports from a hub of the test's own, honest and otherwise.</summary>
public sealed class HubImporterTests : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private FakeHub _hub = null!;
    private StudioStorage _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await FakeHub.StartAsync();
        _hub.AddFolder(SharedData.Golden("models", "llama"), "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors");
        _hub.Add("README.md", "---\nlicense: mit\n---\n"u8.ToArray());
        _storage = StudioStorage.Open(_data.FullName);
    }

    public async ValueTask DisposeAsync()
    {
        _storage.Dispose();
        await _hub.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Import_WholeModel_IsInTheLibraryPinnedToItsCommit()
    {
        _hub.Add("pytorch_model.bin", [1, 2, 3]);
        _hub.Add("modeling_evil.py", "print()"u8.ToArray());
        var told = new List<HubProgress>();

        var model = await ImportAsync(report: told.Add);

        Assert.Equal("tiny", model.Name);
        Assert.Equal("llama", model.Architecture);
        Assert.Equal(FakeHub.Commit, ModelRevision.Find(model.Folder));
        Assert.Equal("mit", ModelFolder.Inspect(model.Folder).Licence);
        Assert.Equal(
            [".source.json", "README.md", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            Directory.EnumerateFiles(model.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(told[^1].TotalBytes, told[^1].Bytes);
        Assert.Empty(Directory.EnumerateDirectories(_data.At("imports")));
    }

    [Fact]
    public async Task Import_AdditionalTemplates_AreTakenAndNothingElseOfAnyFolder()
    {
        _hub.Add("additional_chat_templates/tool_use.jinja", "with tools"u8.ToArray());
        _hub.Add("additional_chat_templates/notes.txt", "notes"u8.ToArray());
        _hub.Add("original/rag.jinja", "rag"u8.ToArray());

        var model = await ImportAsync();

        Assert.Equal("with tools", ChatTemplate.LoadForTools(model.Folder)?.Source);
        Assert.Equal([Path.Combine(model.Folder, "additional_chat_templates")], Directory.EnumerateDirectories(model.Folder));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(model.Folder, "additional_chat_templates")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_ConnectionCutThrice_IsWholeInTheEnd(bool ignoresRanges)
    {
        (_hub.Cuts, _hub.IgnoresRanges) = (3, ignoresRanges);

        var model = await ImportAsync();

        Assert.Equal(File.ReadAllBytes(SharedData.Golden("models", "llama", "model.safetensors")), File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task Import_CancelledInTheMiddle_GoesOnWhereItStopped()
    {
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _storage.Hub.ImportAsync(
            HubAddress.Parse(FakeHub.Repository), _hub.Connection(), name: null,
            progress =>
            {
                if (progress.File == "model.safetensors")
                {
                    cancellation.Cancel();
                }
            },
            cancellation.Token));
        Assert.Null(await _storage.Models.FindAsync("tiny", TestContext.Current.CancellationToken));
        _hub.Requests.Clear();
        using (var partial = File.OpenWrite(Directory.EnumerateFiles(_data.At("imports"), "model.safetensors.partial", SearchOption.AllDirectories).Single()))
        {
            partial.SetLength(1000);
        }

        await ImportAsync();

        Assert.Contains(_hub.Requests, request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal) && request.Range == "bytes=1000-");
        Assert.DoesNotContain(_hub.Requests, request => request.Path.EndsWith("tokenizer.json", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public async Task Import_WrongHash_IsRefusedAndNothingIsInTheLibrary(string file)
    {
        _hub.WrongHashes.Add(file);

        Assert.Contains("not what the hub announced", await RefusalAsync(), StringComparison.Ordinal);

        Assert.Null(await _storage.Models.FindAsync("tiny", TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Directory.EnumerateFiles(_data.At("imports"), "*", SearchOption.AllDirectories), path => path.Contains(file, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task Import_SizeThatLies_IsRefused(int lie)
    {
        _hub.Lies["model.safetensors"] = lie;

        Assert.Contains("list announced", await RefusalAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret", null, false, "acme/tiny", "private or gated")]
    [InlineData("secret", "wrong", false, "acme/tiny", "does not accept your token")]
    [InlineData("secret", null, true, "acme/tiny", "Accept the terms")]
    [InlineData("secret", "secret", true, "acme/tiny", "no access to this model")]
    [InlineData(null, null, false, "acme/absent", "no such model")]
    [InlineData(null, null, false, "acme/tiny@nowhere", "no revision 'nowhere'")]
    public async Task Import_Refused_SaysWhyAndTheWayOut(string? needed, string? token, bool gated, string address, string reason)
    {
        (_hub.Token, _hub.Gated) = (needed, gated);

        var message = await RefusalAsync(address, token);

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_RedirectedToAnotherHost_DoesNotTakeTheTokenThere()
    {
        await using var store = await FakeHub.StartAsync();
        store.Add("model.safetensors", File.ReadAllBytes(SharedData.Golden("models", "llama", "model.safetensors")));
        store.AddFolder(SharedData.Golden("models", "llama"), "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json");
        store.Add("README.md", "---\nlicense: mit\n---\n"u8.ToArray());
        (_hub.Token, _hub.Store) = ("secret", store.Address);

        await ImportAsync("secret");

        Assert.NotEmpty(store.Requests);
        Assert.All(store.Requests, request => Assert.Empty(request.Authorization));
        Assert.All(_hub.Requests, request => Assert.Equal("Bearer secret", request.Authorization));
    }

    [Fact]
    public async Task Import_NamesThatLeaveTheFolder_AreNeverWritten()
    {
        foreach (var path in (string[])["../config.json", "a/model.safetensors", "..\\x.safetensors", "/etc/passwd", "..", "additional_chat_templates/../../passwd.jinja", "additional_chat_templates/a/passwd.jinja"])
        {
            _hub.Strangers.Add(new { type = "file", path, size = 3, oid = new string('2', 40) });
        }

        var model = await ImportAsync();

        Assert.All(Directory.EnumerateFileSystemEntries(_data.FullName, "*", SearchOption.AllDirectories), path => Assert.DoesNotContain("passwd", path, StringComparison.Ordinal));
        Assert.Equal(7, Directory.EnumerateFileSystemEntries(model.Folder).Count());
    }

    [Fact]
    public async Task Import_IndexThatNamesAPath_IsRefused()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.AddFolder(SharedData.Golden("models", "llama"), "config.json");
        hub.Add("model.safetensors.index.json", """{"weight_map": {"lm_head.weight": "../../etc/passwd"}}"""u8.ToArray());
        hub.Add("model-00001-of-00001.safetensors", [0]);

        var result = await _storage.Hub.ImportAsync(HubAddress.Parse(FakeHub.Repository), hub.Connection(), name: null, _ => { }, TestContext.Current.CancellationToken);

        Assert.Contains("only plain names", Assert.IsType<Result<ModelSummary>.Refused>(result).Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_UnknownArchitecture_IsRefusedBeforeItsWeightsAreFetched()
    {
        _hub.Add("config.json", """{"model_type": "rwkv", "architectures": ["RwkvForCausalLM"]}"""u8.ToArray());

        Assert.Contains("'rwkv'", await RefusalAsync(), StringComparison.Ordinal);

        Assert.DoesNotContain(_hub.Requests, request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hub:Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B", "main")]
    [InlineData("Qwen/Qwen3-0.6B@abc123", "Qwen/Qwen3-0.6B", "abc123")]
    [InlineData("gpt2@refs/pr/3", "gpt2", "refs/pr/3")]
    public void Parse_Address_HasItsParts(string text, string repository, string revision)
    {
        var address = HubAddress.Parse(text);

        Assert.Equal((repository, revision), (address.Repository, address.Revision));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a/b/c")]
    [InlineData("a/..")]
    [InlineData("a b/c")]
    [InlineData("https://hub/a/b")]
    public void Parse_NoAddress_IsRefused(string text) => Assert.Throws<UserErrorException>(() => HubAddress.Parse(text));

    private async Task<ModelSummary> ImportAsync(string? token = null, Action<HubProgress>? report = null)
    {
        var result = await _storage.Hub.ImportAsync(
            HubAddress.Parse(FakeHub.Repository), _hub.Connection(token), name: null, report ?? (_ => { }), TestContext.Current.CancellationToken);
        return Assert.IsType<Result<ModelSummary>.Success>(result).Value;
    }

    private async Task<string> RefusalAsync(string address = FakeHub.Repository, string? token = null)
    {
        var result = await _storage.Hub.ImportAsync(HubAddress.Parse(address), _hub.Connection(token), name: null, _ => { }, TestContext.Current.CancellationToken);
        return string.Join('\n', Assert.IsType<Result<ModelSummary>.Refused>(result).Errors);
    }
}
