using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Judging;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training.Evaluation;

/// <summary>Shows that an adapter on disk is what was trained: it is loaded anew, as a stranger would, and scored on the rows that its run held out.</summary>
public static class AdapterReload
{
    private const int TokensPerBatch = 4096;

    /// <summary>Scores the adapter of a run that learnt by examples.</summary>
    /// <param name="specification">Of its run, with paths in place of names: what was held out follows from it.</param>
    /// <param name="adapterFolder">In PEFT layout.</param>
    /// <param name="threads">Processor threads.</param>
    /// <param name="cancellationToken">Looked at between batches.</param>
    /// <returns>Held-out loss in nats per learnt token, and the rows it is over.</returns>
    /// <exception cref="UserErrorException">Model, dataset or adapter is gone or damaged, or the run held nothing out.</exception>
    public static (double Loss, int Rows) HeldOutLoss(RunSpecification specification, string adapterFolder, int threads, CancellationToken cancellationToken)
    {
        TorchRuntime.Threads = threads;
        var rows = TrainingRows.Load(specification, Renderer.Load(specification.Model), ActivityReport.None, cancellationToken);
        if (rows.HeldOut.Count == 0)
        {
            throw NothingHeldOut();
        }

        using var model = CausalModel.Load(specification.Model, specification.Precision, quantization: specification.Quantization);
        using var adapter = AdapterSet.Load(adapterFolder, model.Linears);
        using var tuned = model.WithAdapter(adapter);
        return (HeldOutEvaluator.Loss(tuned, [.. rows.HeldOut.Select(row => row.Rendered)], TokensPerBatch, ActivityReport.None, cancellationToken), rows.HeldOut.Count);
    }

    /// <summary>Answers and grades as the run did at its end, with the adapter of a reinforcement run.</summary>
    /// <param name="specification">Of its run, with paths in place of names: what was held out follows from it.</param>
    /// <param name="adapterFolder">In PEFT layout.</param>
    /// <param name="judge">Answers for graders that ask a model.</param>
    /// <param name="threads">Processor threads.</param>
    /// <param name="cancellationToken">Looked at before each token and each grade.</param>
    /// <returns>Mean reward of the likeliest answers, and the answers in the order of the prompts held out.</returns>
    /// <exception cref="UserErrorException">Model, dataset or adapter is gone or damaged, the run held nothing out, or nothing could be graded.</exception>
    public static (double Reward, IReadOnlyList<string> Answers) HeldOutReward(
        RunSpecification specification, string adapterFolder, IJudge? judge, int threads, CancellationToken cancellationToken)
    {
        TorchRuntime.Threads = threads;
        var options = specification.Reinforcement ?? throw new ArgumentException("Only a reinforcement run has a grader.", nameof(specification));
        var renderer = Renderer.Load(specification.Model);
        using var tools = options.Tools is { } own ? ToolBox.Load(own.Source) : null;
        var rows = PromptRows.Load(specification, renderer, tools?.Definitions, ActivityReport.None, cancellationToken);
        if (rows.HeldOut.Count == 0)
        {
            throw NothingHeldOut();
        }

        using var grader = Grader.Parse(options.Grader.Json, "reinforcement.grader", judge);
        using var model = CausalModel.Load(specification.Model, specification.Precision, quantization: specification.Quantization);
        using var adapter = AdapterSet.Load(adapterFolder, model.Linears);
        using var tuned = model.WithAdapter(adapter);
        var answers = new GradedSampler(tuned, renderer, grader, specification, tools).DrawGreedy(rows.HeldOut, options, ActivityReport.None, cancellationToken);
        double[] scores = [.. answers.Select(answer => answer.Grade.Score).OfType<double>()];
        return scores.Length > 0
            ? (scores.Average(), [.. answers.Select(answer => answer.Said.Shown)])
            : throw new UserErrorException("reinforcement.grader", $"Not one answer could be graded. The first: {answers[0].Grade.Reason}");
    }

    private static UserErrorException NothingHeldOut() => new("dataset.heldOutFraction", "The run held no rows out, so there is nothing to score the adapter on.");
}
