using System.Net;
using System.Text;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Trash;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Studio;

/// <summary>A studio whose disk is full: it says so, loses nothing, and stays up.</summary>
public sealed class FullDiskTests
{
    private const string Row = """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Upload_LargerThanTheDisk_IsRefusedLeavesNothingAndTheStudioStaysUp()
    {
        using var disk = new SmallDisk(megabytes: 6);
        await using var studio = await StartAsync(disk);
        await studio.UploadAsync("before.jsonl", [Row], Token);
        var before = Files(studio);

        var response = await studio.Client.PostAsync("/api/datasets?name=large.jsonl", new UnknownLength(8 << 20), Token);

        var problem = await response.Content.ReadAsStringAsync(Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("The disk is full: the file could not be written to", problem, StringComparison.Ordinal);
        Assert.Contains("Delete runs, datasets or models", problem, StringComparison.Ordinal);
        Assert.Equal(before, Files(studio));
        await studio.UploadAsync("after.jsonl", [Row], Token);
        Assert.Equal(2, (await studio.Services.GetRequiredService<DatasetLibrary>().ListAsync(Token)).Count);
    }

    [Fact(Timeout = 120_000)]
    public async Task Upload_OfKnownLength_IsRefusedBeforeItIsTaken()
    {
        using var disk = new SmallDisk(megabytes: 6);
        await using var studio = await StartAsync(disk);

        var response = await studio.Client.PostAsync("/api/datasets?name=large.jsonl", new ByteArrayContent(new byte[8 << 20]), Token);

        var problem = await response.Content.ReadAsStringAsync(Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("The file takes 8 MiB and", problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Import_LargerThanTheDisk_IsRefusedAndLeavesNothing()
    {
        var model = SharedData.Golden("models", "llama");
        using var disk = new SmallDisk(megabytes: 2);
        await using var studio = await StartAsync(disk);
        disk.Fill(except: 64 << 10);
        var models = studio.Services.GetRequiredService<ModelLibrary>();

        var refused = Assert.IsType<Result<ModelSummary>.Refused>(await models.ImportAsync(model, "copy", Token));

        Assert.Contains("The disk is full: the copy of the model", refused.Errors[0].Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(disk.At("models")));
        Assert.DoesNotContain(await models.ListAsync(Token), summary => summary.Name == "copy");
    }

    [Fact(Timeout = 120_000)]
    public async Task Start_DatabaseWithoutRoom_IsRefusedAndAcceptedOnceThereIsRoom()
    {
        using var engine = new FakeTrainingEngine();
        using var disk = new SmallDisk(megabytes: 6);
        await using var studio = await StartAsync(disk, services => services.AddSingleton<ITrainingEngine>(engine));
        await studio.AddModelAndDatasetAsync();
        var runs = studio.Services.GetRequiredService<RunService>();
        var specification = new RunSpecification { Name = "large", Model = StudioSeed.Model, Dataset = new DatasetOptions { Path = StudioSeed.Dataset } };

        disk.Fill();
        var refused = Assert.IsType<Result<RunSummary>.Refused>(await runs.StartAsync(specification, Token));
        var page = await studio.Client.GetAsync("/runs", Token);
        disk.MakeRoom();
        engine.Allow(engine.TotalSteps);
        var run = await studio.StartRunAsync();
        await studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);

        Assert.StartsWith("The disk is full: the new run", refused.Errors[0].Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact(Timeout = 180_000)]
    public async Task Run_DiskFull_IsPausedWithItsReasonAndGoesOnByAClick()
    {
        using var disk = new SmallDisk(megabytes: 8);
        await using var studio = await StartAsync(disk);
        var imported = await studio.Services.GetRequiredService<ModelLibrary>().ImportAsync(SharedData.Golden("models", "llama"), "llama", Token);
        Assert.IsType<Result<ModelSummary>.Success>(imported);
        await studio.UploadAsync("rows.jsonl", StudioSeed.IntentRows(60), Token);
        var runs = studio.Services.GetRequiredService<RunService>();
        var specification = new RunSpecification
        {
            Model = "llama",
            Dataset = new DatasetOptions { Path = "rows.jsonl" },
            Duration = new DurationOptions { Steps = 400 },
            Batch = new BatchOptions { Rows = 1, ContextLength = 128 },
            Evaluation = new EvaluationOptions { EverySteps = 0, Samples = 0 },
            Checkpoints = new CheckpointOptions { EverySteps = 2 },
            Precision = Precision.Fp32,
        };

        var run = Assert.IsType<Result<RunSummary>.Success>(await runs.StartAsync(specification, Token)).Value;
        await studio.WaitForAsync(run.Id, progress => progress.Step >= 2, Token);
        disk.Fill();
        var paused = await studio.WaitForAsync(run.Id, progress => progress.State == RunState.Paused, Token);
        var page = await studio.Client.GetStringAsync($"/runs/{run.Id}", Token);
        disk.MakeRoom();
        runs.Resume(run.Id);
        var further = await studio.WaitForAsync(run.Id, progress => progress.State == RunState.Running && progress.Step > paused.Step, Token);
        runs.StopAndKeep(run.Id);
        var end = await studio.WaitForAsync(run.Id, progress => progress.State == RunState.Stopped, Token);

        Assert.StartsWith("The disk is full: ", paused.Message, StringComparison.Ordinal);
        Assert.Contains("The disk is full: ", page, StringComparison.Ordinal);
        Assert.Equal("", further.Message);
        Assert.NotNull(end.AdapterId);
    }

    [Fact(Timeout = 120_000)]
    public async Task Delete_NoRoomToMarkIt_RemovesItForGoodAndMakesRoom()
    {
        using var disk = new SmallDisk(megabytes: 6);
        await using var studio = await StartAsync(disk);
        var dataset = await studio.UploadAsync("rows.jsonl", StudioSeed.IntentRows(2000), Token);
        disk.Fill();

        var deleted = await studio.Services.GetRequiredService<TrashCan>().DeleteAsync(ThingKind.Dataset, dataset, Token);

        Assert.True(Assert.IsType<Result<DeletedThing>.Success>(deleted).Value.IsGone);
        Assert.Empty(Directory.GetFileSystemEntries(disk.At("datasets")));
        Assert.Empty(await studio.Services.GetRequiredService<DatasetLibrary>().ListAsync(Token));
        await studio.UploadAsync("after.jsonl", [Row], Token);
    }

    [Theory]
    [InlineData("peft", "out")]
    [InlineData("peft", "out.zip")]
    [InlineData("merged", "out")]
    public void Export_ToAFullDisk_SaysSoAndLeavesNothing(string format, string name)
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Duration = new DurationOptions { Steps = 1 } };
        run.Run();
        using var disk = new SmallDisk(megabytes: 1);
        disk.Fill(except: 2 * 4096);

        var export = StudioProgram.Run("adapter", "export", run.Folder, "--format", format, "--out", disk.At(name));

        Assert.Equal(2, export.ExitCode);
        Assert.StartsWith("studio: --out: The disk is full: ", export.Error, StringComparison.Ordinal);
        Assert.Single(export.Error.TrimEnd().Split('\n'));
        Assert.Equal(["ballast"], Directory.GetFileSystemEntries(disk.FullName).Select(Path.GetFileName));
    }

    private static Task<StudioServer> StartAsync(SmallDisk disk, Action<IServiceCollection>? configure = null) => StudioServer.StartAsync(
        services =>
        {
            services.Configure<StudioOptions>(options => options.ReserveBytes = 0);
            configure?.Invoke(services);
        },
        disk.FullName);

    private static string[] Files(StudioServer studio)
        => [.. Directory.GetFiles(studio.DataDirectory, "*", SearchOption.AllDirectories).Where(path => !Path.GetFileName(path).StartsWith("studio.db", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A body that says nothing of its length, as a stream sends it.</summary>
    private sealed class UnknownLength(int bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var line = Encoding.UTF8.GetBytes(Row + "\n");
            for (var sent = 0; sent < bytes; sent += line.Length)
            {
                await stream.WriteAsync(line);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
