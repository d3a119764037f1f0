using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>Some runs side by side.</summary>
/// <param name="Runs">In the order in which they were asked for.</param>
/// <param name="Options">What decided them; what differs comes first.</param>
/// <param name="Samples">What each said last to the held-out prompts that several were asked.</param>
public sealed record RunComparison(IReadOnlyList<RunDetail> Runs, IReadOnlyList<OptionRow> Options, IReadOnlyList<ComparedSample> Samples)
{
    /// <summary>More curves cannot be told apart.</summary>
    public const int Most = 8;

    /// <param name="runs">In the order in which they were asked for.</param>
    /// <param name="samplesOf">Everything that one of them said.</param>
    internal static RunComparison Of(IReadOnlyList<RunDetail> runs, Func<Guid, IReadOnlyList<TrainingEvent.Sampled>> samplesOf)
    {
        var last = runs.Select(run => Last(samplesOf(run.Summary.Id))).ToList();
        var samples = last.SelectMany(answers => answers.Values).DistinctBy(sample => sample.Prompt)
            .Select(sample => new ComparedSample(sample.Prompt, sample.Expected, [.. last.Select(answers => answers.GetValueOrDefault(sample.Prompt) is { } said ? new ComparedAnswer(said.Answer, said.Score, said.Reason) : null)]))
            .OrderByDescending(sample => sample.Answers.Count(answer => answer is not null));
        return new RunComparison(runs, SpecificationDiff.Of([.. runs.Select(run => run.Specification)]), [.. samples]);
    }

    private static Dictionary<string, TrainingEvent.Sampled> Last(IReadOnlyList<TrainingEvent.Sampled> samples)
        => samples.GroupBy(sample => sample.Prompt).ToDictionary(group => group.Key, group => group.Last());
}
