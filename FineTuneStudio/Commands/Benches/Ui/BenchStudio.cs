using System.Net;
using System.Text;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>A whole studio on a free port, with a small dataset, the embedded model and an engine that only keeps pace.</summary>
internal sealed class BenchStudio : IAsyncDisposable
{
    private const string Dataset = "bench.jsonl";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _data;

    private BenchStudio(WebApplication app, DirectoryInfo data, PacedEngine engine)
    {
        (_app, _data, Engine) = (app, data, engine);
        Address = new Uri(app.Urls.Single());
    }

    public Uri Address { get; }

    public PacedEngine Engine { get; }

    private RunService Runs => _app.Services.GetRequiredService<RunService>();

    public static async Task<BenchStudio> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("studio-bench-");
        var engine = new PacedEngine();
        var app = StudioHost.Create(
            new StudioHostSettings { DataDirectory = data.FullName, Address = IPAddress.Loopback, Port = 0 },
            services => services.AddSingleton<ITrainingEngine>(engine).AddSingleton<IHostLifetime, OwnLifetime>().AddLogging(logging => logging.ClearProviders()));
        await app.StartAsync();
        var studio = new BenchStudio(app, data, engine);
        await studio.UploadAsync();
        return studio;
    }

    public Uri At(string path) => new(Address, path);

    /// <summary>Begins a run of so many steps.</summary>
    public async Task<Guid> BeginAsync(int steps)
    {
        var specification = new RunSpecification
        {
            Name = $"{steps} steps", Model = "nano", Dataset = new DatasetOptions { Path = Dataset }, Duration = new DurationOptions { Steps = steps },
        };
        return await Runs.StartAsync(specification, CancellationToken.None) switch
        {
            Result<RunSummary>.Success(var run) => run.Id,
            Result<RunSummary>.Refused(var errors) => throw new UserErrorException(errors),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };
    }

    /// <summary>Waits until a run stands as wanted.</summary>
    public async Task WaitAsync(Guid run, Func<RunProgress, bool> wanted)
    {
        var subscription = (await Runs.FollowAsync(run, CancellationToken.None))!;
        if (wanted(subscription.InitialState))
        {
            return;
        }

        await foreach (var progress in subscription.Updates)
        {
            if (wanted(progress))
            {
                return;
            }
        }
    }

    /// <summary>Gives a run up and waits for its end.</summary>
    public async Task CancelAsync(Guid run)
    {
        await Runs.CancelAsync(run, CancellationToken.None);
        await WaitAsync(run, progress => !progress.State.IsActive());
    }

    /// <summary>Forgets what is in memory of a run, so that it is read from its folder.</summary>
    public void Forget(Guid run) => _app.Services.GetRequiredService<RunFeeds>().Forget(run);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task UploadAsync()
    {
        var rows = string.Concat(Enumerable.Range(0, 50).Select(row => $$"""{"messages":[{"role":"user","content":"Question {{row}}?"},{"role":"assistant","content":"Answer {{row}}."}]}""" + "\n"));
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(rows));
        var datasets = _app.Services.GetRequiredService<DatasetLibrary>();
        if (await datasets.ReceiveAsync(Dataset, content, content.Length, CancellationToken.None) is not Result<DatasetSummary>.Success(var dataset))
        {
            throw new InvalidOperationException("The bench's dataset was refused.");
        }

        while ((await datasets.FindAsync(dataset.Id, CancellationToken.None))!.State == DatasetState.Checking)
        {
            await Task.Delay(20);
        }
    }
}
