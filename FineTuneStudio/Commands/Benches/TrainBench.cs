using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench train</c>: LoRA training of a Qwen3-0.6B-shaped model and of a nano-sized one, against the library and the machine.</summary>
internal static class TrainBench
{
    private const double GoalToLibrary = 0.45;
    private const double GoalToLimit = 0.10;
    private const double GoalResidentMegabytes = 4_000;
    private const double GoalNanoTokens = 10_000;

    public static BenchReport Run(Device device) => device.IsCpu ? RunInMainMemory() : RunOnGpu(device);

    private static BenchReport RunInMainMemory()
    {
        var large = Measure(TrainShape.Qwen3);
        var nano = Measure(TrainShape.Nano);
        return new BenchReport("train",
        [
            new("qwen3-0.6b, LoRA r16, bf16, 1x1024", Math.Round(large.TokensPerSecond, 1), "tokens/s", null, null),
            new("  over the library's product rate", Math.Round(large.ToLibrary, 3), "ratio", GoalToLibrary, large.ToLibrary >= GoalToLibrary),
            new($"  over the machine's limit ({large.LimitInstructions})", Math.Round(large.ToLimit, 3), "ratio", GoalToLimit, large.ToLimit >= GoalToLimit),
            new("  peak resident memory", Math.Round(large.PeakBytes / 1e6, 1), "MB", GoalResidentMegabytes, large.PeakBytes / 1e6 <= GoalResidentMegabytes),
            new("  library's product rate", Math.Round(large.LibraryRate / 1e9, 1), "GFLOP/s", null, null),
            new("  machine's limit", Math.Round(large.Limit / 1e9, 1), "GFLOP/s", null, null),
            new("  forward", Math.Round(large.Forward, 3), "s", null, null),
            new("  backward", Math.Round(large.Backward, 3), "s", null, null),
            new("  update", Math.Round(large.Update, 3), "s", null, null),
            new("nano, LoRA r16, bf16, 16x256", Math.Round(nano.TokensPerSecond, 1), "tokens/s", GoalNanoTokens, nano.TokensPerSecond >= GoalNanoTokens),
        ]);
    }

    private static BenchReport RunOnGpu(Device device)
    {
        IEnumerable<BenchFigure> Figures(TrainShape shape)
        {
            var measured = Measure(shape, device);
            yield return new($"{shape.Name}, LoRA r16, bf16, {Devices.Describe(device)}", Math.Round(measured.TokensPerSecond), "tokens/s", null, null);
            yield return new("  over the library's product rate", Math.Round(measured.ToLibrary, 3), "ratio", null, null);
            yield return new("  library's product rate", Math.Round(measured.LibraryRate / 1e12, 1), "TFLOP/s", null, null);
            yield return new("  peak memory of tensors", Math.Round(measured.PeakBytes / 1e6), "MB", null, null);
            yield return new("  forward", Math.Round(measured.Forward * 1e3, 1), "ms", null, null);
            yield return new("  backward", Math.Round(measured.Backward * 1e3, 1), "ms", null, null);
            yield return new("  update", Math.Round(measured.Update * 1e3, 1), "ms", null, null);
        }

        return new BenchReport("train", [.. TrainShape.All.SelectMany(Figures)]);
    }

    private static TrainMeasurement Measure(TrainShape shape, Device device = default)
        => OwnProcess.Measure<TrainMeasurement>(TrainBenchWorker.Verb, shape.Name, DeviceOption.Name, device.ToString());
}
