using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Reinforcement;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Tells what a reinforcement run will take. How long answers become nobody knows before: the range is wide, and a forecast measures it.</summary>
internal static class RftEstimator
{
    // Prompts rendered; evenly spread ones stand for all.
    private const int MostPromptsRendered = 1000;

    // Answers fill so much of their room: at best, at worst.
    private const double ShortAnswers = 0.1;
    private const double LongAnswers = 1;

    // Share of the product rate that training passes and decoding steps reach.
    private const double BestShare = 0.6;
    private const double WorstShare = 0.12;
    private const double DecodingShare = 0.25;

    // Of an answer's token with its log-probability, as JSON.
    private const int BytesOfToken = 50;
    private const long MostAnswerBytes = 2L << 30;

    /// <summary>Estimates a run.</summary>
    /// <param name="specification">Valid; model and dataset are paths.</param>
    /// <param name="measured">The dataset, where it is open already as one of prompts.</param>
    /// <param name="shapes">Remembers what was read of models.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, ModelShapes shapes, CancellationToken cancellationToken)
    {
        var shape = shapes.Of(specification.Model);
        var config = shape.Config;
        var sizes = ModelSizes.Of(config, specification.Lora);
        var check = new DatasetCheckOptions { Method = TrainingMethod.Rft, Columns = specification.Dataset.Columns };
        using var opened = measured?.Index.Options.Method == TrainingMethod.Rft ? null : DatasetIndex.Open(specification.Dataset.Path, check, cancellationToken);
        var index = opened ?? measured!.Index;
        var split = DatasetSplit.Create(index, specification.Dataset, specification.Seed);
        var lengths = PromptLengths(specification, index, split, opened is null ? measured!.Lengths : null, cancellationToken);
        var prompts = (int)((double)split.TrainingCount * lengths.Count(length => length < specification.Batch.ContextLength) / lengths.Length);
        if (prompts == 0)
        {
            throw new UserErrorException("dataset.path", $"No prompt leaves room for an answer within the context of {specification.Batch.ContextLength} tokens.");
        }

        var heldOut = specification.Dataset.HeldOutPath is { } path ? HeldOutOf(path, check, specification, cancellationToken) : split.HeldOut.Count;
        var steps = RftObjective.StepsOf(specification, prompts);
        var rate = ProductRate.Measure(config.HiddenSize, specification.Precision, Devices.Resolve(specification.Device));
        var work = new Work(specification, sizes.Active, lengths.Average(), steps, heldOut);
        var options = specification.Reinforcement!;
        return new RunEstimate(
            steps, Math.Max(1, (int)Math.Ceiling((double)prompts / options.Prompts)) * options.Updates, prompts, heldOut, split.TrainingCount - prompts,
            (long)(lengths.Average() * prompts), 0, sizes.Trainable, sizes.Parameters,
            work.Seconds(rate, ShortAnswers, BestShare), work.Seconds(rate, LongAnswers, WorstShare),
            [.. shape.Memory.Value.Parts(specification, specification.Batch.ContextLength).Append(Cache(config, specification, lengths)).OrderByDescending(part => part.Bytes)],
            sizes.DiskBytes(specification, shape.BesideBytes.Value) + Math.Min(MostAnswerBytes, (long)(work.Answers * MostTokens(specification, (int)lengths.Average()) / 2.0 * BytesOfToken)))
        {
            ActiveParameters = sizes.Active,
            Sampled = lengths.Length < split.TrainingCount,
        };
    }

    // Behind a prompt of a length.
    private static int MostTokens(RunSpecification specification, int prompt)
        => Math.Min(specification.Reinforcement!.AnswerTokens * (specification.Reinforcement.Tools?.Turns ?? 1), specification.Reinforcement.MostTokens(Math.Max(1, specification.Batch.ContextLength - prompt)));

    private static int[] PromptLengths(RunSpecification specification, DatasetIndex index, DatasetSplit split, TokenLengths? measured, CancellationToken cancellationToken)
    {
        if (measured is { IsComplete: true, ArePrompts: true } && split.TrainingCount > 0 && specification.Reinforcement!.Tools is null)
        {
            MeasuredRows.RefuseUnrendered(index, measured, specification);
            return [.. Enumerable.Range(0, split.TrainingCount).Select(row => measured.TokensOf(split.TrainingRow(row))!.Value)];
        }

        var renderer = Renderer.Load(specification.Model);
        using var tools = specification.Reinforcement!.Tools is { } own ? ToolBox.Load(own.Source) : null;
        var lengths = new int[Math.Min(split.TrainingCount, MostPromptsRendered)];
        for (var sample = 0; sample < lengths.Length; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = index.Read(split.TrainingRow((int)((long)sample * split.TrainingCount / lengths.Length)));
            var prompt = row.ToPrompt();
            lengths[sample] = renderer.RenderPrompt(prompt with { Tools = prompt.Tools ?? tools?.Definitions }).Ids.Length;
        }

        return lengths.Length > 0 ? lengths : throw new UserErrorException("dataset.path", "There is no row to learn from.");
    }

    private static int HeldOutOf(string path, DatasetCheckOptions check, RunSpecification specification, CancellationToken cancellationToken)
    {
        using var index = DatasetIndex.Open(path, check, cancellationToken);
        return Math.Min(index.Count, specification.Dataset.HeldOutMaxRows);
    }

    private static MemoryPart Cache(ModelConfig config, RunSpecification specification, int[] lengths)
    {
        var options = specification.Reinforcement!;
        var limits = DecodeLimits.Default;
        var type = specification.Precision == Precision.Fp32 ? DType.Float32 : DType.BFloat16;
        var ofAnswer = KvCache.BytesOf(config, type, lengths.Max() + MostTokens(specification, lengths.Max()));
        var rows = Math.Clamp(Math.Min(limits.CacheBytes / ofAnswer, (long)options.Prompts * options.Answers), 1, limits.Rows);
        return new MemoryPart("keys and values of answers", rows * ofAnswer);
    }

    /// <summary>Products of a run.</summary>
    private readonly record struct Work(RunSpecification Specification, long Active, double PromptTokens, int Steps, int HeldOut)
    {
        /// <summary>Answers drawn to learn from.</summary>
        public double Answers => (double)Steps / Options.Updates * Options.Prompts * Options.Answers;

        private ReinforcementOptions Options => Specification.Reinforcement!;

        public TimeSpan Seconds(double rate, double fill, double share)
        {
            var answerTokens = MostTokens(Specification, (int)PromptTokens) * fill;
            var drawn = (Answers * answerTokens) + (Answers / Options.Answers * PromptTokens) + ((double)RunEstimator.EvaluationsPerRun * HeldOut * (PromptTokens + answerTokens));

            // Forward 2 N, backward 2 N through the activations, 2 N more where every weight learns, and 2 N for the model of the beginning.
            var perToken = (Specification.Lora is null ? 6.0 : 4.0) + (Specification.GradientCheckpointing ? 2 : 0) + (Options.Loss().KlWeight > 0 ? 2 : 0);
            var learnt = Answers * Options.Updates * (PromptTokens + answerTokens);
            return TimeSpan.FromSeconds(Active * ((perToken * learnt / (rate * share)) + (2 * drawn / (rate * share * DecodingShare / BestShare))));
        }
    }
}
