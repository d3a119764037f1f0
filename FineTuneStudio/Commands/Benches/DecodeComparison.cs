using System.Diagnostics;
using FineTuneStudio.Application;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Generation;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;

namespace FineTuneStudio.Commands.Benches;

/// <summary>Decoding beside llama.cpp: the same weights (bf16 here, F16 there), two threads each, greedy.</summary>
/// <remarks>The two take turns, and the ratio is the median of the turns' own, so that a busy machine slows both alike.</remarks>
internal sealed class DecodeComparison(LlamaPeer peer)
{
    private const int PromptLength = 16;
    private const int Steps = 40;
    private const int Turns = 3;

    // Of each run: the prompt's pass and the steps that warm up.
    private const int Skipped = 4;
    private static readonly (int Rows, double Goal)[] Batches = [(1, 1.0), (16, 1.5)];

    /// <summary>The figures of nano and of a model of Qwen3-0.6B's shape; one that says so where llama.cpp cannot be had.</summary>
    public static IEnumerable<BenchFigure> Run(CausalModel small)
    {
        if (LlamaPeer.Find() is not { } peer)
        {
            return [LlamaPeer.Absent];
        }

        var comparison = new DecodeComparison(peer);
        using var nano = CausalModel.Load(StudioPaths.EmbeddedModel, Precision.Bf16);
        return [.. comparison.Compare("nano", nano), .. comparison.Compare("0.6B", small)];
    }

    private IEnumerable<BenchFigure> Compare(string name, CausalModel model)
    {
        var folder = Directory.CreateTempSubdirectory("fts-bench-decode-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.gguf");
            GgufModel.Write(model, GgufWeightType.F16, path);
            return [.. Batches.SelectMany(batch => Compare(name, model, path, batch.Rows, batch.Goal))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private IEnumerable<BenchFigure> Compare(string name, CausalModel model, string path, int rows, double goal)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var turn = 0; turn < Turns; turn++)
        {
            if (peer.Measure(path, rows, PromptLength, Steps) is not { } seconds)
            {
                yield break;
            }

            theirs.Add(Middle.Of(seconds.Skip(Skipped)));
            ours.Add(Middle.Of(Measure(model, rows).Skip(Skipped)));
        }

        var ratio = Middle.Of(theirs.Zip(ours, (other, own) => other / own));
        yield return new($"{name}, batch {rows}", Math.Round(rows / Middle.Of(ours), 1), "tokens/s", null, null);
        yield return new($"{name}, batch {rows}, llama.cpp", Math.Round(rows / Middle.Of(theirs), 1), "tokens/s", null, null);
        yield return new($"{name}, batch {rows} over llama.cpp", Math.Round(ratio, 2), "x", goal, ratio >= goal);
    }

    private static List<double> Measure(CausalModel model, int rows)
    {
        var options = new SamplingOptions { Temperature = 0, MaxTokens = Steps };
        TokenRequest[] requests = [.. Enumerable.Range(0, rows).Select(row => new TokenRequest([.. Enumerable.Range(100 * row, PromptLength)], options))];
        var steps = new List<double>();
        var told = 0;
        var watch = Stopwatch.StartNew();
        new TokenGenerator(model, []).Generate(
            requests,
            _ =>
            {
                if (++told % rows == 0)
                {
                    steps.Add(watch.Elapsed.TotalSeconds);
                    watch.Restart();
                }
            },
            CancellationToken.None);
        return steps;
    }
}
