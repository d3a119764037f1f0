using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Runs;

namespace FineTuneStudio.Application.Home;

/// <summary>What the home page shows at one moment.</summary>
/// <param name="Now">Runs that wait, learn or stand still, in the order in which they have the machine.</param>
/// <param name="Concerns">What needs a hand, the newest first.</param>
/// <param name="Ended">Runs that left something, the newest first.</param>
/// <param name="Unused">The newest dataset that no run has learnt from.</param>
/// <param name="Adapter">The newest adapter.</param>
/// <param name="Empty">Nothing was ever brought in or started.</param>
public sealed record HomeView(
    IReadOnlyList<RunSummary> Now, IReadOnlyList<HomeConcern> Concerns, IReadOnlyList<RunSummary> Ended, DatasetSummary? Unused, AdapterSummary? Adapter, bool Empty);
