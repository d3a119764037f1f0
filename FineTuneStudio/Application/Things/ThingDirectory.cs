using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Things;

/// <summary>Everything a person keeps, by name: what a search looks through.</summary>
public sealed class ThingDirectory(RunService runs, DatasetLibrary datasets, AdapterLibrary adapters, ModelLibrary models)
{
    /// <summary>Of each kind; a search through more names than that is a search through the page of that kind.</summary>
    private const int MostOfAKind = 1000;

    /// <summary>Runs, datasets, adapters, models; of each kind the newest first.</summary>
    public async Task<IReadOnlyList<ThingSummary>> ListAsync(CancellationToken cancellationToken) =>
    [
        .. (await runs.ListAsync(cancellationToken)).Take(MostOfAKind)
            .Select(run => new ThingSummary("run", "Runs", run.Id, run.Name, run.State.ToString(), Say(run), $"/runs/{run.Id}")),
        .. (await datasets.ListAsync(cancellationToken)).Take(MostOfAKind)
            .Select(dataset => new ThingSummary("dataset", "Datasets", dataset.Id, dataset.Name, dataset.State.ToString(), $"{dataset.Rows:N0} rows", $"/datasets/{dataset.Id}")),
        .. (await adapters.ListAsync(cancellationToken)).Take(MostOfAKind)
            .Select(adapter => new ThingSummary("adapter", "Adapters", adapter.Id, adapter.Name, "", $"on {adapter.Model}", $"/adapters/{adapter.Id}")),
        .. (await models.ListAsync(cancellationToken)).Take(MostOfAKind)
            .Select(model => new ThingSummary("model", "Models", model.Id, model.Name, "", model.Architecture, $"/models#model-{model.Id}")),
    ];

    private static string Say(RunSummary run) => run.State switch
    {
        RunState.Queued => "waiting",
        RunState.Running when run.TotalSteps > 0 => $"running, {100.0 * run.Step / run.TotalSteps:0} %",
        RunState.Stopped => "stopped, kept",
        RunState.Completed => "finished",
        var state => state.ToString().ToLowerInvariant(),
    };
}
