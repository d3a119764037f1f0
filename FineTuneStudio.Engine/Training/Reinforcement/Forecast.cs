using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Grading.Judging;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Optimizers;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>The first step of a reinforcement run on some of its prompts, with an adapter that is thrown away: what it finds is what the run will find.</summary>
public static class Forecast
{
    /// <summary>Prompts that are answered where none are asked for.</summary>
    public const int DefaultPrompts = 32;

    /// <summary>Draws, grades and learns once, on the calling thread.</summary>
    /// <param name="specification">Model and dataset are paths.</param>
    /// <param name="prompts">How many prompts to answer; the run's first ones.</param>
    /// <param name="judge">Answers for graders that ask a model.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    /// <exception cref="TensorMemoryException">There is not enough memory.</exception>
    public static ReinforcementForecast Run(RunSpecification specification, int prompts, IJudge? judge, CancellationToken cancellationToken)
    {
        UserErrorException.ThrowIfAny(specification.Validate());
        var options = specification.Reinforcement ?? throw new UserErrorException("method", "Only a run by the method rft can be forecast: set method to rft and give reinforcement.grader.");
        TorchRuntime.Threads = Environment.ProcessorCount;
        var renderer = Renderer.Load(specification.Model);
        using var tools = options.Tools is { } own ? ToolBox.Load(own.Source) : null;
        var rows = PromptRows.Load(specification, renderer, tools?.Definitions, ActivityReport.None, cancellationToken);
        using var grader = Grader.Parse(options.Grader.Json, "reinforcement.grader", judge);
        using var trainee = Trainee.Load(specification, Devices.Resolve(specification.Device));
        var sampler = new GradedSampler(trainee.Model, renderer, grader, specification, tools);
        var order = new PromptOrder(rows.Training.Count, specification.Seed);
        List<(PromptRow Prompt, long Stream)> chosen = [.. Enumerable.Range(0, Math.Min(prompts, rows.Training.Count)).Select(draw => (rows.Training[order[draw]], (long)draw))];
        var (answers, drawing, grading) = sampler.Draw(chosen, options.Answers, options.Sampling(specification.Seed), ActivityReport.None, cancellationToken);
        List<AnswerGroup> groups = [.. answers.Select((own, index) => AnswerGroup.Of(chosen[index].Prompt, own, options))];
        var batch = new AnswerBatch(groups, options, drawing, grading);
        var learning = Learn(specification, trainee, batch, cancellationToken);
        return Describe(specification, rows.Training.Count, groups, batch, drawing + grading, learning, renderer);
    }

    // Seconds of a step on the answers that teach something.
    private static double Learn(RunSpecification specification, Trainee trainee, AnswerBatch batch, CancellationToken cancellationToken)
    {
        if (batch.LearntTokens == 0)
        {
            return 0;
        }

        using var reference = ReferencePolicy.Of(specification, trainee);
        var step = PolicyStep.Of(specification, trainee, specification.Precision == Precision.Fp16 ? new LossScale() : null, reference);
        var start = Stopwatch.GetTimestamp();
        step.Run([.. MicroBatches.Of(batch.Answers, specification.Batch)], specification.Schedule.LearningRate, _ => null, cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static ReinforcementForecast Describe(
        RunSpecification specification, int prompts, List<AnswerGroup> groups, AnswerBatch batch, double drawing, double learning, Renderer renderer)
    {
        var options = specification.Reinforcement!;
        var answers = groups.SelectMany(group => group.Answers).ToList();
        double[] scores = [.. answers.Select(answer => answer.Grade.Score).OfType<double>()];
        double[] best = [.. groups.Select(group => group.Answers.Max(answer => answer.Grade.Score)).OfType<double>()];

        // Where groups that teach nothing are replaced, a step draws more of them.
        var share = 1 - batch.ZeroVarianceShare;
        var rounds = options.ZeroVarianceGroups() == ZeroVarianceGroups.Replace ? Math.Min(options.Rounds, 1 / Math.Max(share, 1.0 / options.Rounds)) : 1;
        var scale = (double)options.Prompts / groups.Count;
        return new ReinforcementForecast
        {
            Prompts = groups.Count,
            Answers = options.Answers,
            Reward = scores.DefaultIfEmpty(0).Average(),
            BestReward = best.DefaultIfEmpty(0).Average(),
            Range = (scores.DefaultIfEmpty(0).Min(), scores.DefaultIfEmpty(0).Max()),
            ZeroVarianceShare = batch.ZeroVarianceShare,
            CutShare = (double)answers.Count(answer => answer.IsCut) / answers.Count,
            UngradedShare = 1 - ((double)scores.Length / answers.Count),
            AnswerTokens = answers.Average(answer => (double)answer.Tokens.DrawnTokens),
            DrawingSeconds = drawing * scale * rounds / options.Updates,
            LearningSeconds = learning * scale * Math.Min(rounds, 1 / Math.Max(share, 0.01)),
            TotalSteps = RftObjective.StepsOf(specification, prompts),
            Groups = [.. batch.Groups.Select(group => RolloutLog.Describe(step: 1, group, renderer.Tokenizer))],
            FirstError = answers.Find(answer => answer.Grade.Score is null)?.Grade.Reason ?? "",
        };
    }
}
