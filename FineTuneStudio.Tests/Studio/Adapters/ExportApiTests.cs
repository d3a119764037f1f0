using System.Net;
using System.Net.Http.Json;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Adapters;

/// <summary>An adapter that was really trained, made ready for other software through the API alone.</summary>
public sealed class ExportApiTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Export_AskedFor_IsThereWithItsCertificateAndNotBefore()
    {
        await using var studio = await StudioServer.StartAsync();
        var adapter = await TrainAsync(studio);
        var form = $"/api/adapters/{adapter}/exports/gguf-lora";

        Assert.Equal(HttpStatusCode.NotFound, (await studio.Client.GetAsync(form, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await studio.Client.PostAsync($"/api/adapters/{adapter}/exports/zip", content: null, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await studio.Client.PostAsync($"/api/adapters/{Guid.NewGuid()}/exports/gguf-lora", content: null, Token)).StatusCode);

        var made = new TaskCompletionSource();
        var exports = studio.Services.GetRequiredService<AdapterExports>();
        exports.Changed += _ =>
        {
            if (exports.Find(adapter, ExportKind.Find("gguf-lora")!) is { Progress: null })
            {
                made.TrySetResult();
            }
        };
        Assert.Equal(HttpStatusCode.Accepted, (await studio.Client.PostAsync(form, content: null, Token)).StatusCode);
        await made.Task.WaitAsync(Token);

        var listed = (await studio.Client.GetFromJsonAsync<List<AdapterExport>>($"/api/adapters/{adapter}/exports", RunSpecification.JsonOptions, Token))!;
        Assert.Equal(ExportKind.All.Select(kind => kind.Key), listed.Select(export => export.Kind.Key));
        var export = Assert.Single(listed, export => export.Certificate is not null);
        Assert.Equal(("gguf-lora", true), (export.Kind.Key, export.Certificate!.Passed));
        Assert.InRange(export.Expected!.Bytes, 0.98 * export.Bytes, export.Bytes);
        Assert.All(listed, form => Assert.InRange(form.Expected?.Bytes ?? 0, 1, long.MaxValue));
        Assert.Equal("GGUF"u8.ToArray(), (await studio.Client.GetByteArrayAsync(form, Token))[..4]);
    }

    private static async Task<Guid> TrainAsync(StudioServer studio)
    {
        await studio.AddModelAndDatasetAsync();
        var specification = new RunSpecification
        {
            Name = "One step", Model = StudioSeed.Model, Dataset = new DatasetOptions { Path = StudioSeed.Dataset, HeldOutFraction = 0 },
            Batch = new BatchOptions { Rows = 1, ContextLength = 64 }, Duration = new DurationOptions { Steps = 1 },
        };
        var run = Assert.IsType<Result<RunSummary>.Success>(await studio.Services.GetRequiredService<RunService>().StartAsync(specification, Token)).Value;
        var completed = await studio.WaitForAsync(run.Id, progress => progress.State is RunState.Completed or RunState.Failed, Token);
        Assert.Equal(RunState.Completed, completed.State);
        return completed.AdapterId!.Value;
    }
}
