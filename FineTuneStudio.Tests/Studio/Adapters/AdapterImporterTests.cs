using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Trash;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Adapters;

/// <summary>Adapters that were made elsewhere, on their way into the library.</summary>
public sealed class AdapterImporterTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AdapterImporter Importer => _studio.Services.GetRequiredService<AdapterImporter>();

    private AdapterLibrary Library => _studio.Services.GetRequiredService<AdapterLibrary>();

    private static string Nano => Path.Combine(Repository.Root, "models", "nano");

    public async ValueTask InitializeAsync()
    {
        _studio = await StudioServer.StartAsync();
        await _studio.AddModelAndDatasetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _studio.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Import_FolderThatNamesItsBase_IsCheckedCopiedAndHashed()
    {
        var folder = Make("mine", "someone/Tiny");
        await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), "# made with care", Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "training_args.bin"), "pickle", Token);

        var adapter = Taken(await Importer.ImportAsync(folder, model: null, name: null, Token));

        Assert.Equal(("mine", StudioSeed.Model, folder, "someone/Tiny", (Guid?)null), (adapter.Name, adapter.Model, adapter.Origin, adapter.BaseModelName, adapter.RunId));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, AdapterFiles.Weights), Token))), adapter.Sha256);
        var kept = Assert.Single(await Library.ListAsync(Token));
        Assert.Equal(adapter, kept with { CreatedAt = adapter.CreatedAt });
        Assert.Equal(kept, await Library.FindAsync(adapter.Id, Token));
        Assert.Equal("# made with care", await Library.FindCardAsync(adapter, Token));
        Assert.Equal(["README.md", AdapterFiles.Configuration, AdapterFiles.Weights], Directory.EnumerateFiles(Library.FolderOf(adapter)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var what = await Library.DescribeAsync(adapter, Nano, Token);
        Assert.Equal((4, 8.0, true), (what.Options.Rank, what.Options.Alpha, what.Options.Dora));
        Assert.Equal([LoraOptions.AllLinear], what.Options.Targets);
    }

    [Fact]
    public async Task Import_ModelOfAnotherShape_NamesEveryFaultAndKeepsNothing()
    {
        var folder = Make("stranger", "tiny", SharedData.Golden("models", "llama"));

        var errors = Refused(await Importer.ImportAsync(folder, StudioSeed.Model, name: null, Token));

        Assert.True(errors.Count > 10, string.Join('\n', errors));
        Assert.Contains(errors, error => error.Message.Contains("the model and the configuration need", StringComparison.Ordinal));
        Assert.Empty(await Library.ListAsync(Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_studio.DataDirectory, "adapters")));
    }

    [Fact]
    public async Task Import_BaseThatNobodyNames_IsTheOnlyOneThatFits()
    {
        // The seeded model is the embedded one under another name: both fit.
        var errors = Refused(await Importer.ImportAsync(Make("mine", ""), model: null, name: null, Token));
        var stranger = Refused(await Importer.ImportAsync(Make("stranger", "who/knows", SharedData.Golden("models", "llama")), model: null, name: null, Token));
        var none = Refused(await Importer.ImportAsync(Make("mine", ""), model: "nobody", name: null, Token));

        Assert.Contains("it fits nano, tiny", Assert.Single(errors).Message, StringComparison.Ordinal);
        Assert.Contains("'who/knows'", Assert.Single(stranger).Message, StringComparison.Ordinal);
        Assert.Equal("--model", Assert.Single(none).Field);
    }

    [Fact]
    public async Task Import_PickledWeights_AreNeverReadAndHaveAWayOut()
    {
        var folder = Make("old", "tiny");
        File.Move(Path.Combine(folder, AdapterFiles.Weights), Path.Combine(folder, "adapter_model.bin"));
        ZipFile.CreateFromDirectory(folder, _folder.At("old.zip"));

        foreach (var path in (string[])[folder, _folder.At("old.zip")])
        {
            var error = Assert.Single(Refused(await Importer.ImportAsync(path, model: null, name: null, Token)));
            Assert.Contains("safe_serialization=True", error.Message, StringComparison.Ordinal);
            Assert.Equal(path, error.Field);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_studio.DataDirectory, "temporary")));
    }

    [Fact]
    public async Task Post_ZipWithTheFolderInside_IsTakenUnderTheNameThatIsGiven()
    {
        Make("inside/my adapter", "tiny");
        ZipFile.CreateFromDirectory(_folder.At("inside"), _folder.At("upload.zip"));
        await using var file = File.OpenRead(_folder.At("upload.zip"));
        using var content = new StreamContent(file);

        var response = await _studio.Client.PostAsync("/api/adapters?name=upload.zip&model=&called=Borrowed", content, Token);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var adapter = (await response.Content.ReadFromJsonAsync<AdapterSummary>(JsonSerializerOptions.Web, Token))!;
        Assert.Equal(("Borrowed", "upload.zip"), (adapter.Name, adapter.Origin));
        Assert.True(File.Exists(Path.Combine(Library.FolderOf(adapter), AdapterFiles.Weights)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_studio.DataDirectory, "uploads")));
    }

    [Theory]
    [InlineData("no zip at all", "no sound zip")]
    [InlineData("", "no sound zip")]
    public async Task Post_WhatIsNoAdapter_IsRefusedByItsOwnName(string text, string expected)
    {
        using var content = new StringContent(text);

        var response = await _studio.Client.PostAsync("/api/adapters?name=../../mine.zip", content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var answer = await response.Content.ReadAsStringAsync(Token);
        Assert.Contains(expected, answer, StringComparison.Ordinal);
        Assert.Contains("mine.zip", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(_studio.DataDirectory, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_ZipOfTwoAdapters_AsksForOne()
    {
        Make("both/one", "tiny");
        Make("both/two", "tiny");
        ZipFile.CreateFromDirectory(_folder.At("both"), _folder.At("both.zip"));

        var error = Assert.Single(Refused(await Importer.ImportAsync(_folder.At("both.zip"), model: null, name: null, Token)));

        Assert.Contains("several adapters", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task Export_ImportedAdapter_IsMergedAndCertified()
    {
        var adapter = Taken(await Importer.ImportAsync(Make("mine", "tiny"), model: null, name: null, Token));
        var exports = _studio.Services.GetRequiredService<AdapterExports>();
        var merged = ExportKind.Find("merged")!;
        var made = new TaskCompletionSource();
        exports.Changed += _ =>
        {
            if (exports.Find(adapter.Id, merged) is { Progress: null })
            {
                made.TrySetResult();
            }
        };

        exports.Start(adapter, merged);
        await made.Task.WaitAsync(Token);

        var export = exports.Find(adapter.Id, merged);
        Assert.Empty(export.Errors);
        Assert.True(export.Certificate!.Passed, $"{export.Certificate}");
    }

    [Fact]
    public async Task Delete_ImportedAdapter_CanBeBroughtBackAndIsThenRemoved()
    {
        var adapter = Taken(await Importer.ImportAsync(Make("mine", "tiny"), model: null, name: null, Token));
        var trash = _studio.Services.GetRequiredService<TrashCan>();

        Assert.IsType<Result<DeletedThing>.Success>(await trash.DeleteAsync(ThingKind.Adapter, adapter.Id, Token));
        Assert.Empty(await Library.ListAsync(Token));
        Assert.True(await trash.RestoreAsync(ThingKind.Adapter, adapter.Id, Token));
        Assert.Single(await Library.ListAsync(Token));
        await trash.DeleteAsync(ThingKind.Adapter, adapter.Id, Token);
        await trash.EmptyAsync(DateTimeOffset.MaxValue, Token);

        Assert.False(Directory.Exists(Library.FolderOf(adapter)));
        Assert.Null(await Library.FindAsync(adapter.Id, Token));
    }

    [Fact]
    public void Command_Import_TakesTheFolderInAndSaysHowToGoOn()
    {
        var folder = Make("mine", "nano");

        var taken = StudioProgram.Run("adapter", "import", folder, "--name", "Borrowed", "--data", _folder.At("data"));
        var refused = StudioProgram.Run("adapter", "import", _folder.At("nothing"), "--data", _folder.At("data"));

        Assert.True(taken.ExitCode == 0, taken.Error);
        Assert.Contains("Borrowed: on nano", taken.Output, StringComparison.Ordinal);
        Assert.Contains("initialAdapter", taken.Output, StringComparison.Ordinal);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("no such folder or file", refused.Error, StringComparison.Ordinal);
    }

    private static AdapterSummary Taken(Result<AdapterSummary> result)
        => result is Result<AdapterSummary>.Refused(var errors) ? throw new UserErrorException(errors) : ((Result<AdapterSummary>.Success)result).Value;

    private static IReadOnlyList<UserError> Refused(Result<AdapterSummary> result) => Assert.IsType<Result<AdapterSummary>.Refused>(result).Errors;

    // A DoRA adapter that names a base model.
    private string Make(string name, string baseModel, string? model = null)
    {
        var folder = _folder.At(name);
        using var loaded = CausalModel.Load(model ?? Nano, Precision.Fp32);
        using var adapter = AdapterSet.Create(loaded.Linears, new LoraOptions { Rank = 4, Alpha = 8, Dora = true }, seed: 1, default, loaded.WeightOf);
        adapter.Save(folder, baseModel);
        return folder;
    }
}
