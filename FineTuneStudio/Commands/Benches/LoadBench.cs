using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench load</c>: how soon a checkpoint of 1.2 GB is ready, against what reading its file from disk takes, and how much memory that needs.</summary>
internal static class LoadBench
{
    private const int Turns = 4;
    private const double GoalShare = 0.8;

    // A second copy of the weights would make it two.
    private const double GoalPeak = 1.2;

    public static BenchReport Run()
    {
        var folder = Directory.CreateTempSubdirectory("finetunestudio-bench-");
        try
        {
            Prepare(folder.FullName);

            // The first brings the file into whatever stands before the disk.
            var turns = Enumerable.Range(0, Turns).Select(_ => OwnProcess.Measure<LoadMeasurement>(LoadBenchWorker.Verb, folder.FullName)).Skip(1).OrderBy(turn => turn.Share).ToList();
            var (median, peak) = (turns[turns.Count / 2], turns.Max(turn => (double)turn.PeakBytes / turn.Bytes));
            return new BenchReport("load",
            [
                new("checkpoint", Math.Round(median.Bytes / 1e9, 2), "GB", null, null),
                new("reading the file", Math.Round(median.Bytes / median.ReadSeconds / 1e9, 2), "GB/s", null, null),
                new("ready", Math.Round(median.ReadySeconds, 3), "s", null, null),
                new("ready over reading", Math.Round(median.Share, 2), "", GoalShare, median.Share >= GoalShare),
                new("first token after that", Math.Round(median.AnswerSeconds, 3), "s", null, null),
                new("peak memory over the file", Math.Round(peak, 2), "", GoalPeak, peak <= GoalPeak),
            ]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Prepare(string folder)
    {
        using var scope = TensorScope.Enter();
        using var random = CausalModel.Create(BenchModels.Qwen3Small, seed: 1, Precision.Bf16);
        File.WriteAllText(Path.Combine(folder, "config.json"), BenchModels.Qwen3SmallText);
        using var weights = File.Create(Path.Combine(folder, "model.safetensors"));
        SafetensorsWriter.Write(weights, random.Parameters);
        weights.Flush(flushToDisk: true);
    }
}
