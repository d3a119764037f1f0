using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading;

namespace FineTuneStudio.Application.Graders;

/// <summary>Tries graders on rows of a dataset before a run is begun with them: on each row's own answer, and on that of another row.</summary>
public sealed class GraderTrials
{
    private readonly TrialDatasets _datasets;

    internal GraderTrials(TrialDatasets datasets) => _datasets = datasets;

    /// <summary>Grades answers of evenly spread rows.</summary>
    /// <param name="json">The grader.</param>
    /// <param name="dataset">Name of a checked dataset.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="cancellationToken">Looked at between answers.</param>
    public Task<Result<IReadOnlyList<GraderTrial>>> TryAsync(string json, string dataset, int rows, CancellationToken cancellationToken)
        => _datasets.UseAsync<IReadOnlyList<GraderTrial>>(
            dataset, [json],
            (index, graders) =>
            {
                var chosen = TrialRow.Spread(index, rows);
                return [.. chosen.Select((row, at) => Grade(graders[0], row, TrialRow.Another(chosen, at), cancellationToken))];
            },
            cancellationToken);

    private static GraderTrial Grade(Grader grader, TrialRow row, TrialRow? another, CancellationToken cancellationToken) => new(
        row.Line, TrialRow.Short(row.Prompt), TrialRow.Short(row.Answer),
        row.HasAnswer ? grader.Evaluate(row.Sample, cancellationToken) : null,
        another is null ? "" : TrialRow.Short(another.Answer),
        another is null ? null : grader.Evaluate(row.With(another), cancellationToken));
}
