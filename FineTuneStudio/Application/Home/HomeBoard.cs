using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Domain;

namespace FineTuneStudio.Application.Home;

/// <summary>Gathers what a person wants to know first: what runs, what needs a hand, what is done, what could be next.</summary>
public sealed class HomeBoard(RunService runs, DatasetLibrary datasets, AdapterLibrary adapters, SettingsStore settings)
{
    private const int MostShown = 6;

    public async Task<HomeView> ReadAsync(CancellationToken cancellationToken)
    {
        var allRuns = await runs.ListAsync(cancellationToken);
        var allDatasets = await datasets.ListAsync(cancellationToken);
        var allAdapters = await adapters.ListAsync(cancellationToken);
        var leftAlone = settings.Current.LeftAlone;
        var used = allRuns.Select(run => run.Dataset).ToHashSet();
        return new HomeView(
            [.. allRuns.Where(run => run.Active).OrderBy(run => run.State == RunState.Queued).ThenBy(run => run.CreatedAt)],
            [.. allRuns.Select(Concern).Concat(allDatasets.Select(Concern)).OfType<HomeConcern>()
                .Where(concern => !leftAlone.Contains(concern.Id)).OrderByDescending(concern => concern.At).Take(MostShown)],
            [.. allRuns.Where(run => run.State is RunState.Completed or RunState.Stopped).OrderByDescending(run => run.EndedAt).Take(MostShown)],
            allDatasets.FirstOrDefault(dataset => dataset is { State: DatasetState.Checked, GoodRows: > 0 } && !used.Contains(dataset.Name)),
            allAdapters.Count > 0 ? allAdapters[0] : null,
            allRuns.Count == 0 && allDatasets.Count == 0);
    }

    /// <summary>A person has seen it, and does not want to be told again.</summary>
    public Task LeaveAloneAsync(Guid id, CancellationToken cancellationToken)
        => settings.TryChangeAsync(now => now with { LeftAlone = now.LeftAlone.Add(id) }, cancellationToken);

    private static HomeConcern? Concern(RunSummary run) => run switch
    {
        { State: RunState.Failed } => new(ThingKind.Run, run.Id, run.Name, run.Message, run.EndedAt ?? run.CreatedAt),
        // A person's own pause has no message; the studio's has.
        { State: RunState.Paused, Message.Length: > 0 } => new(ThingKind.Run, run.Id, run.Name, run.Message, run.StartedAt ?? run.CreatedAt),
        _ => null,
    };

    private static HomeConcern? Concern(DatasetSummary dataset) => dataset switch
    {
        { State: DatasetState.Failed } => new(ThingKind.Dataset, dataset.Id, dataset.Name, dataset.Message, dataset.CreatedAt),
        { State: DatasetState.Checked, BadRows: > 0 } => new(
            ThingKind.Dataset, dataset.Id, dataset.Name,
            dataset.GoodRows == 0 ? "None of its rows can be learnt from." : $"{dataset.BadRows:N0} of {dataset.Rows:N0} rows cannot be learnt from.", dataset.CreatedAt),
        _ => null,
    };
}
