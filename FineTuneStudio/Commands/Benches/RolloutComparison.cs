using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Training.Reinforcement;

namespace FineTuneStudio.Commands.Benches;

/// <summary>The answers of a reinforcement step, drawn here and decoded by llama.cpp in batches of sequences in one context: the same weights, two threads each.</summary>
/// <remarks>
/// The comparison favours llama.cpp: it has no adapter beside the weights, choosing tokens and copying a prompt's keys are not counted, and of
/// several numbers of sequences at once the one that is its best in a first round counts. The two take turns.
/// </remarks>
internal static class RolloutComparison
{
    private const string ModelName = "model.gguf";
    private const double Goal = 1.2;

    // More than 256 sequences llama.cpp does not hold in a context.
    private static readonly int[] SequencesAtOnce = [16, 64, 256];

    /// <summary>The figures; one that says so where llama.cpp cannot be had.</summary>
    public static IEnumerable<BenchFigure> Run(string name, TrialReinforcement trial, int answers, int tokens, Precision precision, int turns)
    {
        if (LlamaPeer.Find() is not { } peer)
        {
            return [LlamaPeer.Absent];
        }

        var folder = Directory.CreateTempSubdirectory("fts-bench-rollout-");
        try
        {
            GgufModel.Write(trial.Base, precision == Precision.Fp32 ? GgufWeightType.F32 : GgufWeightType.F16, Path.Combine(folder.FullName, ModelName));
            var rounds = SequencesAtOnce.Where(atOnce => atOnce <= trial.Prompts.Count * answers).ToDictionary(atOnce => atOnce, atOnce => Draw(atOnce) ?? double.PositiveInfinity);
            var (best, first) = rounds.MinBy(round => round.Value);
            var (ours, theirs) = (new List<double> { trial.Run().DrawingSeconds }, new List<double> { first });
            for (var turn = 1; turn < turns && Draw(best) is { } seconds; turn++)
            {
                theirs.Add(seconds);
                ours.Add(trial.Run().DrawingSeconds);
            }

            if (double.IsInfinity(first))
            {
                return [LlamaPeer.Absent];
            }

            var ratio = Middle.Of(theirs.Zip(ours, (other, own) => other / own));
            return
            [
                new($"{name}, answers of a step, llama.cpp", Math.Round(trial.DrawnTokens / Middle.Of(theirs), 1), "tokens/s", null, null),
                new($"{name}, answers of a step over llama.cpp", Math.Round(ratio, 2), "x", Goal, ratio >= Goal),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        double? Draw(int atOnce) => peer.Draw(Path.Combine(folder.FullName, ModelName), trial.Prompts, answers, tokens, atOnce);
    }
}
