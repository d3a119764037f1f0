using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Trash;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Trash;

public sealed class TrashCanTests : IAsyncLifetime
{
    private readonly FakeTrainingEngine _engine = new() { TotalSteps = 4 };
    private readonly TemporaryFolder _data = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TrashCan Trash => _studio.Services.GetRequiredService<TrashCan>();

    private DatasetLibrary Datasets => _studio.Services.GetRequiredService<DatasetLibrary>();

    private RunService Runs => _studio.Services.GetRequiredService<RunService>();

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await _studio.AddModelAndDatasetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _studio.DisposeAsync();
        _engine.Dispose();
        _data.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Delete_Dataset_IsGoneAtOnceAndComesBackWithItsRows()
    {
        var id = await _studio.UploadAsync("rows.jsonl", StudioSeed.IntentRows(3), Token);

        await DeleteAsync(ThingKind.Dataset, id);

        Assert.Null(await Datasets.FindAsync(id, Token));
        Assert.DoesNotContain(await Datasets.ListAsync(Token), dataset => dataset.Id == id);
        Assert.Equal("rows.jsonl", Assert.Single(await Trash.ListAsync(Token)).Name);

        Assert.True(await Trash.RestoreAsync(ThingKind.Dataset, id, Token));
        Assert.Equal(3, (await Datasets.FindAsync(id, Token))!.Rows);
        Assert.Empty(await Trash.ListAsync(Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task Restore_NameTakenMeanwhile_ComesBackWithANumber()
    {
        var first = await _studio.UploadAsync("rows.jsonl", StudioSeed.IntentRows(3), Token);
        await DeleteAsync(ThingKind.Dataset, first);
        await _studio.UploadAsync("rows.jsonl", StudioSeed.IntentRows(5), Token);

        await Trash.RestoreAsync(ThingKind.Dataset, first, Token);

        Assert.Equal("rows (2).jsonl", (await Datasets.FindAsync(first, Token))!.Name);
    }

    [Fact(Timeout = 120_000)]
    public async Task Delete_WhatARunUses_IsRefusedWithTheRunsName()
    {
        var run = await _studio.StartRunAsync("Intents, first try");
        await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Running, Token);
        var dataset = (await Datasets.ListAsync(Token)).Single().Id;
        var model = (await _studio.Services.GetRequiredService<ModelLibrary>().FindAsync(StudioSeed.Model, Token))!.Id;

        Assert.Contains("Intents, first try", await RefusalAsync(ThingKind.Dataset, dataset), StringComparison.Ordinal);
        Assert.Contains("Intents, first try", await RefusalAsync(ThingKind.Model, model), StringComparison.Ordinal);
        Assert.Contains("not over", await RefusalAsync(ThingKind.Run, run.Id), StringComparison.Ordinal);
        Assert.Empty(await Trash.ListAsync(Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task Delete_Adapter_LeavesItsRunAndIsNamedThereNoMore()
    {
        var (run, adapter) = await FinishedRunAsync();

        await DeleteAsync(ThingKind.Adapter, adapter);
        Assert.Null((await Runs.FindAsync(run, Token))!.Summary.AdapterId);
        Assert.Null((await Runs.FollowAsync(run, Token))!.InitialState.AdapterId);

        await Trash.RestoreAsync(ThingKind.Adapter, adapter, Token);
        Assert.Equal(adapter, (await Runs.FollowAsync(run, Token))!.InitialState.AdapterId);
    }

    [Fact(Timeout = 120_000)]
    public async Task Empty_DeletedRun_RemovesItsFolderAndNothingElse()
    {
        var (kept, _) = await FinishedRunAsync();
        var (deleted, _) = await FinishedRunAsync();
        await DeleteAsync(ThingKind.Run, deleted);

        var removed = Assert.Single(await Trash.EmptyAsync(DateTimeOffset.MaxValue, Token));

        Assert.Equal((deleted, true), (removed.Id, removed.Bytes > 0));
        Assert.False(Directory.Exists(RunFolder(deleted)));
        Assert.True(Directory.Exists(RunFolder(kept)));
        Assert.False(await Trash.RestoreAsync(ThingKind.Run, deleted, Token));
        Assert.Equal([kept], (await Runs.ListAsync(Token)).Select(run => run.Id));
    }

    [Fact(Timeout = 180_000)]
    public async Task Studio_StartedAgain_KeepsADeletionAndRemovesItAfterItsGrace()
    {
        var id = await _studio.UploadAsync("rows.jsonl", StudioSeed.IntentRows(3), Token);
        await DeleteAsync(ThingKind.Dataset, id);
        var folder = Path.Combine(_data.FullName, "datasets", id.ToString("N"));

        await RestartAsync(DateTimeOffset.UtcNow + TrashCan.Grace - TimeSpan.FromHours(1));
        await Trash.SweepAsync(Token);
        Assert.Null(await Datasets.FindAsync(id, Token));
        Assert.True(Directory.Exists(folder));

        await RestartAsync(DateTimeOffset.UtcNow + TrashCan.Grace + TimeSpan.FromHours(1));
        await Trash.SweepAsync(Token);
        Assert.Empty(await Trash.ListAsync(Token));
        Assert.False(Directory.Exists(folder));
    }

    private async Task StartAsync(DateTimeOffset? now = null) => _studio = await StudioServer.StartAsync(
        services =>
        {
            services.AddSingleton<ITrainingEngine>(_engine);
            if (now is { } moment)
            {
                services.AddSingleton<TimeProvider>(new ManualClock(moment));
            }
        },
        _data.FullName);

    private async Task RestartAsync(DateTimeOffset now)
    {
        await _studio.DisposeAsync();
        await StartAsync(now);
    }

    private string RunFolder(Guid run) => Path.Combine(_data.FullName, "runs", run.ToString("N"));

    private async Task<(Guid Run, Guid Adapter)> FinishedRunAsync()
    {
        _engine.Allow(4);
        var run = await _studio.StartRunAsync();
        var end = await _studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        return (run.Id, end.AdapterId!.Value);
    }

    private async Task DeleteAsync(ThingKind kind, Guid id) => Assert.IsType<Result<DeletedThing>.Success>(await Trash.DeleteAsync(kind, id, Token));

    private async Task<string> RefusalAsync(ThingKind kind, Guid id)
        => Assert.Single(Assert.IsType<Result<DeletedThing>.Refused>(await Trash.DeleteAsync(kind, id, Token)).Errors).Message;
}
