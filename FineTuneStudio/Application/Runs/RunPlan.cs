using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>What a run would take, beside what this machine has.</summary>
/// <param name="Estimate">Steps, time, memory, disk.</param>
/// <param name="MachineBytes">Memory of this machine.</param>
/// <param name="FreeDiskBytes">Free where runs are stored.</param>
/// <param name="Fit">The one change that makes it fit; <see langword="null"/> where it fits, or where no single change is enough.</param>
/// <param name="CanRehearse">Whether its rows are measured, so that a rehearsal can find the longest batch.</param>
/// <param name="IsSmall">Whether a rehearsal takes seconds, so that it may start by itself.</param>
public sealed record RunPlan(RunEstimate Estimate, long MachineBytes, long FreeDiskBytes, MemoryFit? Fit, bool CanRehearse, bool IsSmall)
{
    /// <summary>Whether the machine has the memory.</summary>
    public bool Fits => Estimate.MemoryBytes <= MachineBytes;

    /// <summary>Whether it fits with little to spare.</summary>
    public bool IsTight => Fits && Estimate.MemoryBytes > MachineBytes * 0.85;
}
