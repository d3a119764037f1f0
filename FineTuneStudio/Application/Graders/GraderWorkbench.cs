using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Grading;

namespace FineTuneStudio.Application.Graders;

/// <summary>Grades many answers with one or two graders: those of a dataset, or those that a run drew.</summary>
public sealed class GraderWorkbench
{
    private readonly TrialDatasets _datasets;
    private readonly RunRollouts _rollouts;

    internal GraderWorkbench(TrialDatasets datasets, RunRollouts rollouts) => (_datasets, _rollouts) = (datasets, rollouts);

    /// <summary>Grades the dataset's answers to evenly spread rows, each for its own row and for another one.</summary>
    /// <param name="graders">As JSON.</param>
    /// <param name="dataset">Name of a checked dataset.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="cancellationToken">Looked at between answers.</param>
    public Task<Result<IReadOnlyList<GradedAnswerRow>>> GradeDatasetAsync(IReadOnlyList<string> graders, string dataset, int rows, CancellationToken cancellationToken)
        => _datasets.UseAsync<IReadOnlyList<GradedAnswerRow>>(
            dataset, graders,
            (index, opened) =>
            {
                var chosen = TrialRow.Spread(index, rows);
                var answers = chosen.SelectMany((row, at) => new (TrialRow Row, TrialRow? Answer, AnswerOrigin Origin)[]
                {
                    (row, row.HasAnswer ? row : null, AnswerOrigin.Own), (row, TrialRow.Another(chosen, at), AnswerOrigin.OtherRow),
                });
                return [.. answers.Where(one => one.Answer is not null).Select(one => new GradedAnswerRow(
                    one.Row.Line, TrialRow.Short(one.Row.Prompt), TrialRow.Short(one.Answer!.Answer), one.Origin, Grades(opened, one.Row.With(one.Answer), cancellationToken)))];
            },
            cancellationToken);

    /// <summary>Grades answers that a reinforcement run drew for its newest batches.</summary>
    /// <param name="graders">As JSON.</param>
    /// <param name="dataset">Name of the run's dataset.</param>
    /// <param name="run">The run.</param>
    /// <param name="answers">How many answers at most.</param>
    /// <param name="cancellationToken">Looked at between answers.</param>
    public async Task<Result<IReadOnlyList<GradedAnswerRow>>> GradeRunAsync(IReadOnlyList<string> graders, string dataset, Guid run, int answers, CancellationToken cancellationToken)
    {
        var groups = new List<RolloutGroup>();
        if (await _rollouts.StepsAsync(run, cancellationToken) is Result<IReadOnlyList<int>>.Success(var steps))
        {
            foreach (var step in steps.Reverse())
            {
                groups.AddRange(await _rollouts.ReadAsync(run, step, cancellationToken) is Result<IReadOnlyList<RolloutGroup>>.Success(var read) ? read : []);
                if (groups.Sum(group => group.Answers.Count) >= answers)
                {
                    break;
                }
            }
        }

        return await _datasets.UseAsync<IReadOnlyList<GradedAnswerRow>>(
            dataset, graders,
            (index, opened) => [.. groups.Where(group => group.Row < index.Count).SelectMany(group => group.Answers.Select(answer => (group, answer))).Take(answers).Select(pair => new GradedAnswerRow(
                pair.group.Line, TrialRow.Short(pair.group.Prompt), TrialRow.Short(pair.answer.Said.Shown), AnswerOrigin.Run,
                Grades(opened, pair.answer.ToSample(index.ReadItem(pair.group.Row)), cancellationToken)))],
            cancellationToken);
    }

    private static IReadOnlyList<Grade> Grades(IReadOnlyList<Grader> graders, GradedSample sample, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return [.. graders.Select(grader => grader.Evaluate(sample, cancellationToken))];
    }
}
