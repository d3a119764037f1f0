using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;

namespace FineTuneStudio.Components.Shared;

/// <summary>How far a run is, as every page says it.</summary>
public static class RunFigures
{
    /// <summary>Share of the steps that is done, from 0 to 1.</summary>
    public static double Share(RunProgress progress) => progress.TotalSteps > 0 ? (double)progress.Step / progress.TotalSteps : 0;

    /// <summary>What a run is judged by: its held-out loss, or its held-out reward.</summary>
    public static string HeldOut(RunSummary run) => run.IsReinforcement ? $"reward {Figures.Reward(run.HeldOutReward)}" : Figures.Loss(run.HeldOutLoss);

    /// <summary>"18 – 24 min"; <see langword="null"/> before there is a pace.</summary>
    public static string? TimeLeft(RunProgress progress) => progress.Remaining is var (shortest, longest) ? Figures.Range(shortest, longest) : null;

    /// <summary>The tab of a page about a run: how far it is comes first, where a narrow tab still shows it.</summary>
    public static string Tab(RunProgress progress, string name) => progress.State switch
    {
        RunState.Running when progress.TotalSteps > 0 => $"{100.0 * Share(progress):0} % · {Figures.Brief(name)}",
        RunState.Paused => $"Paused · {Figures.Brief(name)}",
        _ => Figures.Brief(name),
    };
}
