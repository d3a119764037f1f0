using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands.Benches;

/// <summary>What a run took, and what it was said to take.</summary>
/// <param name="PeakBytes">The process's peak resident memory.</param>
/// <param name="Estimate">The parts of the estimate, without a rehearsal.</param>
internal sealed record MemoryMeasurement(long PeakBytes, IReadOnlyList<MemoryPart> Estimate)
{
    /// <summary>Estimate over what was measured.</summary>
    public double Ratio => (double)Estimate.Sum(part => part.Bytes) / PeakBytes;
}
