namespace FineTuneStudio.Engine.Tensors;

/// <summary>Rates and times of the machine itself, for benches.</summary>
public static class Measurement
{
    private static readonly Operator LimitOperator = Operator.Named("fts::machine_limit");
    private static readonly Operator StartOperator = Operator.Named("fts::profile_start");
    private static readonly Operator StopOperator = Operator.Named("fts::profile_stop");

    /// <summary>The instructions that <see cref="MachineLimit"/> runs.</summary>
    public static string LimitInstructions => TorchRuntime.Processor switch
    {
        var features when features.HasFlag(ProcessorFeatures.AmxBf16) => "AMX bf16 tile products",
        var features when features.HasFlag(ProcessorFeatures.Avx512Bf16) => "AVX-512 bf16 dot products",
        var features when features.HasFlag(ProcessorFeatures.Avx512) => "AVX-512 fp32 multiply-adds",
        var features when features.HasFlag(ProcessorFeatures.Avx2) => "AVX2 fp32 multiply-adds",
        _ => "portable fp32 multiply-adds",
    };

    /// <summary>What <see cref="TorchRuntime.Threads"/> cores multiply at most: a loop that stays in registers. FLOP/s</summary>
    /// <param name="seconds">How long to run.</param>
    public static double MachineLimit(double seconds) => LimitOperator.CallNumber(seconds);

    /// <summary>Measures each operator's own time until disposed, then prints a table to stderr.</summary>
    public static ProfileScope Profile()
    {
        StartOperator.Run();
        return default;
    }

    /// <summary>Ends a profile.</summary>
    public readonly ref struct ProfileScope : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => StopOperator.Run();
    }
}
