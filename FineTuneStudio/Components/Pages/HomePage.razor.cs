using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;

namespace FineTuneStudio.Components.Pages;

/// <summary>What runs now, what needs a hand, what is finished.</summary>
public sealed partial class HomePage
{
    private const int MostShown = 8;

    private IReadOnlyList<RunSummary> Now => [.. AllRuns!.Where(run => run.Active)];

    private IReadOnlyList<RunSummary> Troubled => [.. AllRuns!.Where(run => run.State == RunState.Failed).Take(MostShown)];

    private IReadOnlyList<RunSummary> Done => [.. AllRuns!.Where(run => !run.Active && run.State != RunState.Failed).Take(MostShown)];
}
